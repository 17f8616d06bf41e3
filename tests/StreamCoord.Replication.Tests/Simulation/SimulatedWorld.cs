namespace StreamCoord.Replication.Tests.Simulation;

/// <summary>Time, chance and the network of one run: everything that happens is an event in one queue.</summary>
internal sealed class SimulatedWorld(int seed)
{
    private readonly PriorityQueue<Action, (long AtMicroseconds, long Number)> _events = new();
    private readonly HashSet<(int From, int To)> _cut = [];
    private long _number;

    public Random Random { get; } = new(seed);

    /// <summary>True time, which no node can see. Microseconds.</summary>
    public long NowMicroseconds { get; private set; }

    /// <summary>While false nothing is lost, late or repeated.</summary>
    public bool IsFaulty { get; set; } = true;

    public bool Chance(int percent) => Random.Next(100) < percent;

    public void After(double ms, Action action) => _events.Enqueue(action, (NowMicroseconds + (long)(ms * 1_000), _number++));

    public void RunUntil(long untilMicroseconds)
    {
        while (_events.TryPeek(out Action? action, out (long AtMicroseconds, long Number) at) && at.AtMicroseconds <= untilMicroseconds)
        {
            _events.Dequeue();
            NowMicroseconds = at.AtMicroseconds;
            action();
        }
        NowMicroseconds = untilMicroseconds;
    }

    /// <summary>One direction between two nodes, or between a node and the table (0), carries nothing.</summary>
    public void Cut(int from, int to) => _cut.Add((from, to));

    public void Heal() => _cut.Clear();

    /// <summary>Carries a message: it may be lost, late, overtaken or doubled.</summary>
    public void Send(int from, int to, Action deliver)
    {
        if (_cut.Contains((from, to)) || (IsFaulty && Chance(2)))
        {
            return;
        }
        After(DelayMs(), deliver);
        if (IsFaulty && Chance(1))
        {
            After(DelayMs(), deliver);
        }
    }

    private double DelayMs() => 0.2 + (Random.NextDouble() * 3) + (IsFaulty && Chance(2) ? Random.Next(600) : 0);
}
