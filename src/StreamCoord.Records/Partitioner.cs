namespace StreamCoord.Records;

/// <summary>Which partition a key belongs to: the same one that the Java client, and every client with its default, chooses.</summary>
public static class Partitioner
{
    /// <summary>The partition, 0 to <paramref name="partitionCount"/> - 1.</summary>
    public static int ForKey(ReadOnlySpan<byte> key, int partitionCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(partitionCount);
        return (int)(Murmur2.Hash(key) & int.MaxValue) % partitionCount;
    }
}
