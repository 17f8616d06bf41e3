using StreamCoord.Records;

namespace StreamCoord.Gateway.Http.Import;

/// <summary>What an import must know about its topic.</summary>
/// <param name="Topic">The topic's name.</param>
/// <param name="PartitionCount">How many partitions it has.</param>
/// <param name="BatchBytesMax">The topic's <c>max.message.bytes</c>.</param>
/// <param name="LineBytesMax">The longest line accepted, before it is looked at.</param>
internal sealed record ImportTarget(string Topic, int PartitionCount, int BatchBytesMax, long LineBytesMax)
{
    private const int BatchBytesWanted = 512 * 1024;

    /// <summary>Where a batch is closed: large enough to be written fast, small enough that two of them overlap soon.</summary>
    public int BatchBytesTarget => Math.Min(BatchBytesWanted, BatchBytesMax);

    /// <summary>True when a record of this size fits a batch of its own.</summary>
    public bool Fits(long recordBytes) => BatchLayout.HeaderSizeBytes + recordBytes <= BatchBytesMax;
}
