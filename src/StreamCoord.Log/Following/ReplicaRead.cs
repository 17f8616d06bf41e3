using StreamCoord.Partitions;
using StreamCoord.Replication;

namespace StreamCoord.Log;

/// <summary>Batches of a log for a replica of it.</summary>
/// <param name="Data">Whole, sound batches; the caller disposes it.</param>
/// <param name="Batches">Where each of them stands.</param>
/// <param name="Error">
/// <see cref="ErrorCode.None"/>; <see cref="ErrorCode.OffsetOutOfRange"/> below the log's start, where the replica has to begin anew; <see cref="ErrorCode.CorruptMessage"/> where the first
/// batch is damaged.
/// </param>
/// <param name="Damage">What is damaged; null when nothing is.</param>
public sealed record ReplicaRead(RecordData Data, IReadOnlyList<BatchMark> Batches, ErrorCode Error = ErrorCode.None, DamagedRange? Damage = null)
{
    internal static readonly ReplicaRead Nothing = new(RecordData.Empty, []);
}
