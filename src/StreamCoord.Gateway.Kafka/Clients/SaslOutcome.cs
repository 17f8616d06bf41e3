namespace StreamCoord.Gateway.Kafka.Clients;

/// <summary>What came of a token. Immutable.</summary>
/// <param name="Error"><see cref="ErrorCode.None"/> when the exchange goes on or has ended well.</param>
/// <param name="Message">What is wrong, for people; null when nothing is.</param>
/// <param name="Token">What the client gets.</param>
internal sealed record SaslOutcome(ErrorCode Error, string? Message, byte[] Token);
