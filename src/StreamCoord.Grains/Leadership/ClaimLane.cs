namespace StreamCoord.Grains.Leadership;

/// <summary>
/// Gathers the claims of this silo: while one statement is on its way to the table the next claims gather, so that a thousand partitions are taken over by a few. One per silo; safe for concurrent use.
/// </summary>
internal sealed class ClaimLane(ILeadershipTable table, ClusterIdentity identity)
{
    private const int ClaimsMax = 2_000;

    private readonly Lock _lock = new();
    private readonly Queue<(Claim Claim, TaskCompletionSource<LeadershipRow?> Done)> _waiting = new();
    private bool _isRunning;

    /// <summary>Claims a term; see <see cref="ILeadershipTable.ClaimAsync"/>. The row as it is then, or null when there is none.</summary>
    public Task<LeadershipRow?> ClaimAsync(Claim claim)
    {
        var done = new TaskCompletionSource<LeadershipRow?>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _waiting.Enqueue((claim, done));
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
        while (Take() is { Count: > 0 } claims)
        {
            try
            {
                IReadOnlyList<LeadershipRow> rows = await table.ClaimAsync([.. claims.Select(each => each.Claim)], identity.Replica);
                Dictionary<(TopicId, int), LeadershipRow> found = rows.ToDictionary(row => (row.TopicId, row.Partition));
                foreach ((Claim claim, TaskCompletionSource<LeadershipRow?> done) in claims)
                {
                    done.SetResult(found.GetValueOrDefault((claim.TopicId, claim.Partition)));
                }
            }
#pragma warning disable CA1031 // Whatever it is, those who claim must hear of it.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                claims.ForEach(each => each.Done.TrySetException(failure));
            }
        }
    }

    private List<(Claim Claim, TaskCompletionSource<LeadershipRow?> Done)> Take()
    {
        lock (_lock)
        {
            List<(Claim, TaskCompletionSource<LeadershipRow?>)> taken = [];
            var partitions = new HashSet<(TopicId, int)>();
            while (taken.Count < ClaimsMax && _waiting.TryPeek(out (Claim Claim, TaskCompletionSource<LeadershipRow?> Done) next) && partitions.Add((next.Claim.TopicId, next.Claim.Partition)))
            {
                taken.Add(_waiting.Dequeue());
            }
            _isRunning = taken.Count > 0;
            return taken;
        }
    }
}
