using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using StreamCoord.Replication;

namespace StreamCoord.Grains.Leadership;

/// <summary>
/// Gets this node its terms as leader. At the silo's start it claims a term of every partition that nobody but this node keeps, many at a time, and keeps those claims until the partitions ask for them. One per silo; safe for concurrent use.
/// </summary>
public sealed partial class LeadershipClaims : ILifecycleParticipant<ISiloLifecycle>
{
    private readonly ConcurrentDictionary<(TopicId, int), LeaderEpoch> _unused = new();
    private readonly ILeadershipTable _table;
    private readonly ReplicaId _self;
    private readonly ILogger<LeadershipClaims> _logger;

    /// <summary>Creates the claims of one silo.</summary>
    public LeadershipClaims(ILeadershipTable table, ClusterIdentity identity, ILogger<LeadershipClaims> logger)
    {
        _table = table;
        _self = identity.Replica;
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
            if (!row.InSync.Contains(_self))
            {
                throw new LeadershipRefusedException(
                    $"Node {_self.Node} with its data directory {_self.Incarnation} cannot lead partition {partition} of the topic with id {topicId}: its in-sync set is {ReplicaList.Format(row.InSync.Members)}.");
            }
            LeaderEpoch next = (row.LeaderEpoch > newerThan ? row.LeaderEpoch : newerThan).Next();
            var claim = new Claim(topicId, partition, row.LeaderEpoch, next);
            if ((await _table.ClaimAsync([claim], _self)).Any(after => IsGranted(claim, after)))
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
        Dictionary<(TopicId, int), Claim> claims = (await _table.ReadAllAsync())
            .Where(row => row.Replicas is [NodeId only] && only == _self.Node && row.InSync.Contains(_self))
            .ToDictionary(row => (row.TopicId, row.Partition), row => new Claim(row.TopicId, row.Partition, row.LeaderEpoch, row.LeaderEpoch.Next()));
        foreach (LeadershipRow row in await _table.ClaimAsync([.. claims.Values], _self))
        {
            if (IsGranted(claims[(row.TopicId, row.Partition)], row))
            {
                _unused[(row.TopicId, row.Partition)] = row.LeaderEpoch;
            }
        }
    }

    private bool IsGranted(Claim claim, LeadershipRow after) => after.LeaderEpoch == claim.Next && after.LeaderNode == _self.Node;

    [LoggerMessage(2301, LogLevel.Information, "Partition {Partition} of topic {TopicId} was claimed by another while it had epoch {Epoch}; trying again.")]
    private partial void LogLostSwap(TopicId topicId, int partition, LeaderEpoch epoch);
}
