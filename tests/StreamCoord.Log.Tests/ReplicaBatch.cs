using StreamCoord.Replication;

namespace StreamCoord.Log.Tests;

/// <summary>A batch as a replica gets it.</summary>
internal sealed record ReplicaBatch(BatchMark Mark, byte[] Bytes)
{
    /// <summary>Batches one after another, as they are pushed.</summary>
    public static byte[] Join(IEnumerable<ReplicaBatch> batches) => [.. batches.SelectMany(batch => batch.Bytes)];
}
