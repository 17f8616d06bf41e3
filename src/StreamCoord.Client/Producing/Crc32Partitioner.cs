using System.IO.Hashing;
using StreamCoord.Records;

namespace StreamCoord.Client.Producing;

/// <summary>See <see cref="KeyPartitioners.Crc32"/>. Stateless.</summary>
internal sealed class Crc32Partitioner : IKeyPartitioner
{
    public int? Choose(NullableBytes key, int partitionCount) => key.Span.IsEmpty ? null : (int)(Crc32.HashToUInt32(key.Span) % (uint)partitionCount);
}
