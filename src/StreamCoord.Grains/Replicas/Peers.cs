using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StreamCoord.Grains.Cluster;
using StreamCoord.Grains.Leadership;

namespace StreamCoord.Grains.Replicas;

/// <summary>The way from this silo to the others: a lane to each for pushes, and one for announcements. One per silo; safe for concurrent use.</summary>
internal sealed partial class Peers(IServiceProvider services, IClusterNodes nodes, ClusterIdentity identity, ILogger<Peers> logger) : IPeers
{
    private readonly ConcurrentDictionary<NodeId, PeerLane> _lanes = new();
    private readonly ConcurrentDictionary<NodeId, NewsLane> _news = new();

    // Made with the silo's own parts, which are not there yet when this is.
    private readonly Lazy<ReplicaClient> _client = new(() => ActivatorUtilities.CreateInstance<ReplicaClient>(services));

    private IEnumerable<NodeId> Others => nodes.Alive.Select(replica => replica.Node).Where(node => node != identity.NodeId);

    /// <inheritdoc/>
    public void Send(NodeId node, OutgoingPush push) => _lanes.GetOrAdd(node, static (added, self) => new PeerLane(added, self), this).Send(push);

    /// <summary>The service of a node; null when it does not live.</summary>
    public IReplicaService? Find(NodeId node) => nodes.Find(node) is { } silo ? _client.Value.Of(silo) : null;

    /// <inheritdoc/>
    public Task AnnounceAsync(IReadOnlyList<LeadershipRow> rows) => Task.WhenAll(Others.Select(node => NewsFor(node).TellAsync(rows)));

    /// <inheritdoc/>
    public Task DeleteAsync(TopicId topicId, int partition) => TellAllAsync(service => service.Delete(topicId, partition));

    /// <inheritdoc/>
    public Task ReleaseAsync(NodeId node, IReadOnlyList<ReleasedTerm> terms) => Find(node)?.Release(terms) ?? Task.CompletedTask;

    /// <inheritdoc/>
    public Task<bool> MoveLeadershipAsync(NodeId leader, TopicId topicId, int partition, NodeId wanted) =>
        Find(leader)?.MoveLeadership(topicId, partition, wanted) ?? Task.FromResult(false);

    private NewsLane NewsFor(NodeId node) =>
        _news.GetOrAdd(node, static (added, self) => new NewsLane(news => self.TellAsync(added, service => service.Announce(news))), this);

    private Task TellAllAsync(Func<IReplicaService, Task> tell) => Task.WhenAll(Others.Select(node => TellAsync(node, tell)));

    private async Task TellAsync(NodeId node, Func<IReplicaService, Task> tell)
    {
        try
        {
            if (Find(node) is { } service)
            {
                await tell(service);
            }
        }
#pragma warning disable CA1031 // Whoever could not be told reads the table before long.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogUntold(logger, node, failure.Message);
        }
    }

    [LoggerMessage(2811, LogLevel.Debug, "Node {Node} could not be told of a change of leadership: {Reason}")]
    private static partial void LogUntold(ILogger logger, NodeId node, string reason);
}
