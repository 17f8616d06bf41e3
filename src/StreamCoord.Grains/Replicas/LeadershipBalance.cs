using StreamCoord.Grains.Leadership;
using StreamCoord.Grains.Topics;

namespace StreamCoord.Grains.Replicas;

/// <summary>
/// Gives leadership back, from time to time, to nodes that are preferred and came back: without it a silo that was restarted would lead nothing. Kafka's <c>auto.leader.rebalance.enable</c>. One per silo, for what it
/// leads itself.
/// </summary>
internal sealed class LeadershipBalance(ReplicaRegistry replicas, LeadershipMoves moves, ReplicaContext context, TopicOptions options) : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    /// <summary>Kafka's <c>leader.imbalance.per.broker.percentage</c>: so many of the partitions that prefer a node may be led by others.</summary>
    private const int ImbalancePercentMax = 10;

    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(
        nameof(LeadershipBalance),
        ServiceLifecycleStage.Active,
        _ =>
        {
            _running = options.LeaderBalanceIntervalMs == 0 ? Task.CompletedTask : Task.Run(RunAsync, CancellationToken.None);
            return Task.CompletedTask;
        },
        async _ =>
        {
            await _stopping.CancelAsync();
            await _running;
        });

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    /// <summary>The nodes that lead too few of the partitions that prefer them. Pure.</summary>
    /// <param name="rows">Every partition.</param>
    public static IReadOnlySet<NodeId> FindDeprived(IEnumerable<LeadershipRow> rows) => rows
        .GroupBy(row => row.Replicas[0])
        .Where(preferring => preferring.Count(row => row.LeaderNode is { } leader && leader != preferring.Key) * 100 > preferring.Count() * ImbalancePercentMax)
        .Select(preferring => preferring.Key)
        .ToHashSet();

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(options.LeaderBalanceIntervalMs), context.Clock.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                IReadOnlySet<NodeId> deprived = FindDeprived(context.Rows.Topics.SelectMany(context.Rows.RowsOf));
                foreach (PartitionReplica replica in replicas.All.Where(replica => replica.IsLeading && replica.Row.Replicas[0] != context.Self.Node && deprived.Contains(replica.Row.Replicas[0])))
                {
                    _stopping.Token.ThrowIfCancellationRequested();
                    await moves.TryMoveAsync(replica, replica.Row.Replicas[0]);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The silo stops.
        }
    }
}
