using StreamCoord.Records;

namespace StreamCoord.Client.Producing;

/// <summary>See <see cref="KeyPartitioners.RoundRobin"/>. Safe for concurrent use.</summary>
internal sealed class RoundRobinPartitioner : IKeyPartitioner
{
    private uint _count;

    public int? Choose(NullableBytes key, int partitionCount) => (int)((Interlocked.Increment(ref _count) - 1) % (uint)partitionCount);
}
