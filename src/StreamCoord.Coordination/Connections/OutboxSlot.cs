using StreamCoord.ZNodes;

namespace StreamCoord.Coordination.Connections;

/// <summary>The place of one request in the line of its <see cref="Outbox"/>. Only that outbox looks into it.</summary>
public sealed class OutboxSlot
{
    internal OutboxSlot(long tag) => Tag = tag;

    internal long Tag { get; }

    /// <summary>Null until the request is answered.</summary>
    internal ZNodeReply? Reply { get; set; }

    /// <summary>What is told right before the reply; null when there is nothing.</summary>
    internal Queue<WatchEvent>? Replayed { get; set; }
}
