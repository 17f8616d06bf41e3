using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace StreamCoord.Grains.Leadership;

/// <summary>
/// Gets this node its terms as leader. At the silo's start it claims a term of every partition that the node may lead, with
/// one statement, and keeps those claims until the partitions ask for them. One per silo; safe for concurrent use.
/// </summary>
public sealed partial class LeadershipClaims : ILifecycleParticipant<ISiloLifecycle>
{
    private readonly ConcurrentDictionary<(TopicId, int), LeaderEpoch> _unused = new();
    private readonly ILeadershipTable _table;
    private readonly NodeId _node;
    private readonly ILogger<LeadershipClaims> _logger;

    /// <summary>Creates the claims of one silo.</summary>
    public LeadershipClaims(ILeadershipTable table, ClusterIdentity identity, ILogger<LeadershipClaims> logger)
    {
        _table = table;
        _node = identity.NodeId;
        _logger = logger;
    }

    /// <summary>Raised when a partition has got a term that is not the one it got at the silo's start. Whoever hears it must return at once.</summary>
    public event Action<TopicId, int>? Moved;

    /// <summary>
    /// A term of the partition that nobody had before and nobody else will get, newer than <paramref name="newerThan"/>. It is
    /// durable in the table when this returns; every leader with an older term is fenced from then on.
    /// </summary>
    /// <exception cref="LeadershipRefusedException">The partition has no row, or this node is not in its in-sync set.</exception>
    public async Task<LeaderEpoch> ClaimAsync(TopicId topicId, int partition, LeaderEpoch newerThan, CancellationToken cancellationToken = default)
    {
        if (_unused.TryRemove((topicId, partition), out LeaderEpoch claimed) && claimed > newerThan)
        {
            return claimed;
        }
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            LeadershipRow row = await _table.FindAsync(topicId, partition) ?? throw new LeadershipRefusedException(
                $"Partition {partition} of the topic with id {topicId} is not in the leadership table: the topic was deleted, or is not created yet.");
            if (!row.InSyncReplicas.Contains(_node))
            {
                throw new LeadershipRefusedException(
                    $"Node {_node} cannot lead partition {partition} of the topic with id {topicId}: its in-sync set is {NodeList.Format(row.InSyncReplicas)}.");
            }
            LeaderEpoch next = (row.LeaderEpoch > newerThan ? row.LeaderEpoch : newerThan).Next();
            if (await _table.TryClaimAsync(topicId, partition, row.LeaderEpoch, next, _node))
            {
                // A partition's first term is shown before it begins.
                if (next.Value > 0)
                {
                    Moved?.Invoke(topicId, partition);
                }
                return next;
            }
            LogLostSwap(topicId, partition, row.LeaderEpoch);
        }
    }

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe(nameof(LeadershipClaims), ServiceLifecycleStage.RuntimeStorageServices, ClaimAllAsync);

    internal async Task ClaimAllAsync(CancellationToken cancellationToken)
    {
        foreach (ClaimedPartition claim in await _table.ClaimAllAsync(_node))
        {
            _unused[(claim.TopicId, claim.Partition)] = claim.LeaderEpoch;
        }
    }

    [LoggerMessage(2301, LogLevel.Information, "Partition {Partition} of topic {TopicId} was claimed by another while it had epoch {Epoch}; trying again.")]
    private partial void LogLostSwap(TopicId topicId, int partition, LeaderEpoch epoch);
}
