using Npgsql;
using StreamCoord.Cluster.Tests.Running;

namespace StreamCoord.Cluster.Tests.Checking;

/// <summary>Reads the leadership table again and again while the test runs, and remembers what must not be: an epoch with two leaders, an epoch or a version that falls. For one caller.</summary>
internal sealed class LeadershipWatch(TestCluster cluster)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    private readonly Dictionary<(string Partition, int Epoch), int> _leaders = [];
    private readonly Dictionary<string, PartitionRow> _last = [];
    private readonly List<string> _problems = [];

    public IReadOnlyList<string> Problems => _problems;

    /// <summary>How many terms were seen.</summary>
    public int TermCount => _leaders.Count;

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                foreach (PartitionRow row in await cluster.ReadRowsAsync())
                {
                    See(row);
                }
            }
            catch (Exception failure) when (failure is NpgsqlException or IOException or TimeoutException)
            {
                // The database is stopped now and then.
            }
            await Task.Delay(Interval, CancellationToken.None);
        }
    }

    private void See(PartitionRow row)
    {
        if (row.Leader >= 0 && !_leaders.TryAdd((row.Key, row.Epoch), row.Leader) && _leaders[(row.Key, row.Epoch)] != row.Leader)
        {
            _problems.Add($"{row} had leader {_leaders[(row.Key, row.Epoch)]} in the same epoch.");
        }
        if (_last.TryGetValue(row.Key, out PartitionRow? before) && (before.Epoch > row.Epoch || before.Version > row.Version || (before.Version == row.Version && before != row)))
        {
            _problems.Add($"{before} was followed by {row}.");
        }
        _last[row.Key] = row;
    }
}
