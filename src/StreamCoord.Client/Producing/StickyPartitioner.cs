using StreamCoord.Records;

namespace StreamCoord.Client.Producing;

/// <summary>See <see cref="KeyPartitioners.Sticky"/>. Stateless.</summary>
internal sealed class StickyPartitioner : IKeyPartitioner
{
    public int? Choose(NullableBytes key, int partitionCount) => null;
}
