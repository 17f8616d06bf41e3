namespace StreamCoord.Gateway.ZooKeeper.Dispatch;

/// <summary>What is known of a request besides its body. Immutable.</summary>
/// <param name="Handler">What answers it.</param>
/// <param name="Xid">What the client recognises the reply by.</param>
/// <param name="SizeBytes">How long it is. Bytes.</param>
/// <param name="ReceivedTimestamp">When it came, by <see cref="TimeProvider.GetTimestamp"/>.</param>
internal readonly record struct RequestTicket(IOperationHandler Handler, int Xid, int SizeBytes, long ReceivedTimestamp);
