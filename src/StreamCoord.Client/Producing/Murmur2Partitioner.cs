using StreamCoord.Records;

namespace StreamCoord.Client.Producing;

/// <summary>See <see cref="KeyPartitioners.Murmur2"/>. Stateless.</summary>
internal sealed class Murmur2Partitioner : IKeyPartitioner
{
    public int? Choose(NullableBytes key, int partitionCount) => key.IsNull ? null : Partitioner.ForKey(key.Span, partitionCount);
}
