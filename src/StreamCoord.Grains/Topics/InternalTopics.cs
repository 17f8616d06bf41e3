using System.Globalization;
using StreamCoord.Grains.Leadership;
using StreamCoord.Topics;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Topics;

/// <summary>
/// The topics that the service keeps for itself. They exist by the leadership table alone, under identities that never change, because everything else, the list
/// of topics included, is kept in them. Immutable.
/// </summary>
public sealed class InternalTopics : ILifecycleParticipant<ISiloLifecycle>
{
    /// <summary>The largest transaction of the znode tree: the end of a session with some ten million ephemeral znodes.</summary>
    private const int TransactionBytesMax = 1_000_000_000;

    /// <summary>The identity of <c>__znodes</c> in every cluster.</summary>
    public static readonly TopicId ZNodesId = new(new Guid("5a6e6f64-6573-4000-8000-000000000001"));

    private readonly ILeadershipTable _leadership;
    private readonly NodeId[] _nodes;
    private readonly TopicDescription _znodes;

    /// <summary>Makes the descriptions.</summary>
    public InternalTopics(ILeadershipTable leadership, ClusterIdentity identity, ZNodeOptions options)
    {
        _leadership = leadership;
        _nodes = [identity.NodeId];
        _znodes = new TopicDescription(
            IZNodeTreeGrain.TreeName,
            ZNodesId,
            [new PartitionAssignment(0, identity.NodeId, _nodes, _nodes)],
            1,
            new Dictionary<string, string>
            {
                [TopicConfigs.CleanupPolicy] = "compact",
                [TopicConfigs.MaxMessageBytes] = Text(TransactionBytesMax),
                [TopicConfigs.MinCompactionLagMs] = Text(options.HistoryMs),
                [TopicConfigs.DeleteRetentionMs] = Text(options.HistoryMs),
                [TopicConfigs.SegmentMs] = Text(long.MaxValue),
            });

        static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>All of them.</summary>
    public IReadOnlyList<TopicDescription> All => [_znodes];

    /// <summary>The topic of that name, or null.</summary>
    public TopicDescription? Describe(string name) => All.FirstOrDefault(topic => topic.Name == name);

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe(nameof(InternalTopics), ServiceLifecycleStage.RuntimeStorageServices - 1, _ => CreateAsync());

    private async Task CreateAsync()
    {
        foreach (TopicDescription topic in All)
        {
            await _leadership.CreateAsync(topic.TopicId, topic.Partitions.Count, _nodes, _nodes);
        }
    }
}
