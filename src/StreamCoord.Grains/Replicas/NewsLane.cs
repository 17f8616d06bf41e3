using StreamCoord.Grains.Leadership;

namespace StreamCoord.Grains.Replicas;

/// <summary>
/// Carries the news of rows to one node: while some calls are under way the next news gather, so that what a thousand partitions have to tell when a silo comes or goes is a few calls. Safe for concurrent use.
/// </summary>
/// <param name="tell">Tells the node; does not fail.</param>
internal sealed class NewsLane(Func<IReadOnlyList<LeadershipNews>, Task> tell)
{
    /// <summary>Where a call is not answered, those behind it do not wait.</summary>
    private const int CallsUnderWayMax = 4;

    /// <summary>A call is not begun with more, but for news that came as one: some 100 KB.</summary>
    private const int RowsPerCallMax = 1_000;

    private readonly Lock _lock = new();
    private readonly Queue<(IReadOnlyList<LeadershipRow> Rows, TaskCompletionSource Done)> _waiting = new();
    private int _underWay;

    /// <summary>Ends when the node was told, or could not be.</summary>
    public Task TellAsync(IReadOnlyList<LeadershipRow> rows)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _waiting.Enqueue((rows, done));
            if (_underWay == CallsUnderWayMax)
            {
                return done.Task;
            }
            _underWay++;
        }
        _ = Task.Run(RunAsync);
        return done.Task;
    }

    private async Task RunAsync()
    {
        while (Take() is { Count: > 0 } taken)
        {
            await tell([.. taken.SelectMany(each => each.Rows).Select(LeadershipNews.Of)]);
            taken.ForEach(each => each.Done.SetResult());
        }
    }

    private List<(IReadOnlyList<LeadershipRow> Rows, TaskCompletionSource Done)> Take()
    {
        lock (_lock)
        {
            List<(IReadOnlyList<LeadershipRow>, TaskCompletionSource)> taken = [];
            int count = 0;
            while (_waiting.TryPeek(out (IReadOnlyList<LeadershipRow> Rows, TaskCompletionSource Done) next) && (taken.Count == 0 || count + next.Rows.Count <= RowsPerCallMax))
            {
                taken.Add(_waiting.Dequeue());
                count += next.Rows.Count;
            }
            if (taken.Count == 0)
            {
                _underWay--;
            }
            return taken;
        }
    }
}
