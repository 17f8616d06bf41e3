using StreamCoord.Records;

namespace StreamCoord.Client.Producing;

/// <summary>See <see cref="KeyPartitioners.Murmur2"/>. Stateless.</summary>
internal sealed class Murmur2Partitioner : IKeyPartitioner
{
    public int? Choose(NullableBytes key, int partitionCount) => key.IsNull ? null : Partitioner.ForKey(key.Span, partitionCount);
}

/// <summary>See <see cref="KeyPartitioners.Crc32"/>. Stateless.</summary>
internal sealed class Crc32Partitioner : IKeyPartitioner
{
    private const uint Polynomial = 0xEDB88320;

    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(index => Remainder((uint)index))];

    public int? Choose(NullableBytes key, int partitionCount) => key.Span.IsEmpty ? null : (int)(Hash(key.Span) % (uint)partitionCount);

    /// <summary>CRC-32 as zlib has it.</summary>
    internal static uint Hash(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            crc = Table[(byte)(crc ^ b)] ^ (crc >> 8);
        }
        return ~crc;
    }

    private static uint Remainder(uint value)
    {
        for (int bit = 0; bit < 8; bit++)
        {
            value = (value & 1) == 0 ? value >> 1 : (value >> 1) ^ Polynomial;
        }
        return value;
    }
}

/// <summary>See <see cref="KeyPartitioners.Sticky"/>. Stateless.</summary>
internal sealed class StickyPartitioner : IKeyPartitioner
{
    public int? Choose(NullableBytes key, int partitionCount) => null;
}

/// <summary>See <see cref="KeyPartitioners.RoundRobin"/>.</summary>
internal sealed class RoundRobinPartitioner : IKeyPartitioner
{
    private uint _count;

    public int? Choose(NullableBytes key, int partitionCount) => (int)((Interlocked.Increment(ref _count) - 1) % (uint)partitionCount);
}
