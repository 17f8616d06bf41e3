namespace StreamCoord.Benchmarks.ZooKeeper;

/// <summary>Gives out the numbers below a count, each once. Safe for concurrent use.</summary>
internal sealed class NumberSource(long count)
{
    private long _next = -1;

    public bool TryTake(out long number)
    {
        number = Interlocked.Increment(ref _next);
        return number < count;
    }
}
