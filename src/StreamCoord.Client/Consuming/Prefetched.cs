using StreamCoord.Partitions;

namespace StreamCoord.Client.Consuming;

/// <summary>What one fetch of a partition has brought, or why it brought nothing. Owns the memory.</summary>
/// <param name="Data">Whole batches.</param>
/// <param name="Aborted">For a reader of committed records: the aborted transactions that have records in them.</param>
/// <param name="Failure">Why reading cannot go on from here; null when there are batches.</param>
internal sealed record Prefetched(RecordData Data, IReadOnlyList<AbortedTransaction> Aborted, StreamCoordException? Failure = null)
{
    /// <summary>Where the reset policy has put the reader before this fetch; <see cref="Offset.None"/> when it has not.</summary>
    public Offset ResetTo { get; init; } = Offset.None;

    /// <summary>What it takes of the prefetch memory. Bytes.</summary>
    public int SizeBytes { get; } = Data.Bytes.Length;
}
