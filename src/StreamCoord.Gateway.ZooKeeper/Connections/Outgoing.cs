using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Connections;

/// <summary>A message that waits to be written: a reply to a request, an event, or the end. Immutable.</summary>
/// <param name="Request">The request; nothing for an event and for the end.</param>
/// <param name="Reply">The reply; null for an event and for the end.</param>
/// <param name="Event">The event; null for a reply and for the end.</param>
/// <param name="IsReplayed">Whether the event happened while the client was away.</param>
/// <param name="HeldBytes">What it holds of the connection's room while it waits. Bytes.</param>
internal readonly record struct Outgoing(PendingRequest Request, ZNodeReply? Reply, WatchEvent? Event, bool IsReplayed, long HeldBytes)
{
    /// <summary>Nothing comes after this one.</summary>
    public bool IsEnd => Reply is null ? Event is null : Request.EndsConnection;
}
