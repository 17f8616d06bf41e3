using StreamCoord.ZNodes;

namespace StreamCoord.Client.Tests.Clusters;

/// <summary>Has calls of the connections into the tree end without an answer, before or after they are carried out. Safe for concurrent use.</summary>
internal sealed class ConnectionFaults : IIncomingGrainCallFilter
{
    private readonly Lock _lock = new();
    private Random? _random;
    private int _oneIn;

    /// <summary>How many calls have ended so.</summary>
    public int Count { get; private set; }

    /// <summary>From now on one call of so many; 0 for none.</summary>
    public void Begin(int seed, int oneIn)
    {
        lock (_lock)
        {
            (_random, _oneIn) = (new Random(seed), oneIn);
        }
    }

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        int fate = context.InterfaceMethod?.DeclaringType == typeof(IZNodeClientGrain) ? Next() : -1;
        if (fate == 0)
        {
            throw new TimeoutException("The request was lost.");
        }
        await context.Invoke();
        if (fate == 1)
        {
            throw new TimeoutException("The answer was lost.");
        }
    }

    private int Next()
    {
        lock (_lock)
        {
            int fate = _oneIn > 0 ? _random!.Next(2 * _oneIn) : -1;
            Count += fate is 0 or 1 ? 1 : 0;
            return fate;
        }
    }
}
