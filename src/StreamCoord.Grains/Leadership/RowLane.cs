namespace StreamCoord.Grains.Leadership;

/// <summary>
/// Gathers what a silo asks the leadership table for, a partition at a time: while one call is on its way to the table the next requests gather, so that a thousand partitions are a few calls. Safe for concurrent use.
/// </summary>
/// <typeparam name="T">A request for one partition.</typeparam>
/// <param name="ask">Asks the table for many: the rows as they are afterwards.</param>
/// <param name="partitionOf">The partition of a request. No call has two of one.</param>
internal sealed class RowLane<T>(Func<IReadOnlyList<T>, Task<IReadOnlyList<LeadershipRow>>> ask, Func<T, (TopicId, int)> partitionOf)
{
    private const int RequestsMax = 2_000;

    private readonly Lock _lock = new();
    private readonly Queue<(T Request, TaskCompletionSource<LeadershipRow?> Done)> _waiting = new();
    private bool _isRunning;

    /// <summary>The partition's row as it is afterwards, or null when there is none.</summary>
    public Task<LeadershipRow?> AskAsync(T request)
    {
        var done = new TaskCompletionSource<LeadershipRow?>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _waiting.Enqueue((request, done));
            if (_isRunning)
            {
                return done.Task;
            }
            _isRunning = true;
        }
        _ = Task.Run(RunAsync);
        return done.Task;
    }

    private async Task RunAsync()
    {
        while (Take() is { Count: > 0 } requests)
        {
            try
            {
                IReadOnlyList<LeadershipRow> rows = await ask([.. requests.Select(each => each.Request)]);
                Dictionary<(TopicId, int), LeadershipRow> found = rows.ToDictionary(row => (row.TopicId, row.Partition));
                foreach ((T request, TaskCompletionSource<LeadershipRow?> done) in requests)
                {
                    done.SetResult(found.GetValueOrDefault(partitionOf(request)));
                }
            }
#pragma warning disable CA1031 // Whatever it is, those who ask must hear of it.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                requests.ForEach(each => each.Done.TrySetException(failure));
            }
        }
    }

    private List<(T Request, TaskCompletionSource<LeadershipRow?> Done)> Take()
    {
        lock (_lock)
        {
            List<(T, TaskCompletionSource<LeadershipRow?>)> taken = [];
            var partitions = new HashSet<(TopicId, int)>();
            while (taken.Count < RequestsMax && _waiting.TryPeek(out (T Request, TaskCompletionSource<LeadershipRow?> Done) next) && partitions.Add(partitionOf(next.Request)))
            {
                taken.Add(_waiting.Dequeue());
            }
            _isRunning = taken.Count > 0;
            return taken;
        }
    }
}
