using System.Globalization;
using StreamCoord.Grains.Leadership;
using StreamCoord.Topics;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Topics;

/// <summary>
/// The topics that the service keeps for itself. They exist by the leadership table alone, under identities that never change, because everything else, the list
/// of topics included, is kept in them. Immutable once the silo's storage has started: until then it knows <c>__znodes</c> alone.
/// </summary>
public sealed class InternalTopics : ILifecycleParticipant<ISiloLifecycle>
{
    /// <summary>The largest transaction of the znode tree: the end of a session with some ten million ephemeral znodes.</summary>
    private const int TransactionBytesMax = 1_000_000_000;

    /// <summary>The identity of <c>__znodes</c> in every cluster.</summary>
    public static readonly TopicId ZNodesId = new(new Guid("5a6e6f64-6573-4000-8000-000000000001"));

    private readonly ILeadershipTable _leadership;
    private readonly NodeId[] _nodes;
    private readonly PartitionReplicas _replicas;
    private readonly InternalTopicDefinition[] _definitions;
    private TopicDescription[] _all;

    /// <summary>Makes the descriptions.</summary>
    public InternalTopics(ILeadershipTable leadership, ClusterIdentity identity, ZNodeOptions options, IEnumerable<InternalTopicDefinition> definitions)
    {
        _definitions = [.. definitions];
        _leadership = leadership;
        _nodes = [identity.NodeId];
        _replicas = new PartitionReplicas(_nodes, [identity.Replica]);
        _all =
        [
            Describe(
                new InternalTopicDefinition(
                    IZNodeTreeGrain.TreeName,
                    ZNodesId,
                    1,
                    new Dictionary<string, string>
                    {
                        [TopicConfigs.CleanupPolicy] = "compact",
                        [TopicConfigs.MaxMessageBytes] = Text(TransactionBytesMax),
                        [TopicConfigs.MinCompactionLagMs] = Text(options.HistoryMs),
                        [TopicConfigs.DeleteRetentionMs] = Text(options.HistoryMs),
                        [TopicConfigs.SegmentMs] = Text(long.MaxValue),
                    }),
                1),
        ];

        static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>All of them.</summary>
    public IReadOnlyList<TopicDescription> All => _all;

    /// <summary>The topic of that name, or null.</summary>
    public TopicDescription? Describe(string name) => All.FirstOrDefault(topic => topic.Name == name);

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe(nameof(InternalTopics), ServiceLifecycleStage.RuntimeStorageServices - 1, _ => CreateAsync());

    // The number of a topic's partitions is never changed by an option: what lies where follows from it.
    private async Task CreateAsync()
    {
        await _leadership.CreateAsync(ZNodesId, 0, [_replicas]);
        foreach (InternalTopicDefinition definition in _definitions)
        {
            int present = (await _leadership.ReadAsync(definition.TopicId)).Count;
            int count = present > 0 ? present : definition.PartitionCount;
            await _leadership.CreateAsync(definition.TopicId, 0, [.. Enumerable.Repeat(_replicas, count)]);
            _all = [.. _all, Describe(definition, count)];
        }
    }

    private TopicDescription Describe(InternalTopicDefinition definition, int partitionCount)
    {
        PartitionAssignment[] partitions = [.. Enumerable.Range(0, partitionCount).Select(partition => new PartitionAssignment(partition, _nodes[0], _nodes, _nodes))];
        return new TopicDescription(definition.Name, definition.TopicId, partitions, 1, definition.Configs);
    }
}

/// <summary>A topic that the service keeps for itself beside the tree's.</summary>
/// <param name="Name">Its name, which begins with <see cref="TopicName.InternalPrefix"/>.</param>
/// <param name="TopicId">Its identity in every cluster.</param>
/// <param name="PartitionCount">How many partitions it gets in a new cluster.</param>
/// <param name="Configs">Its configuration.</param>
public sealed record InternalTopicDefinition(string Name, TopicId TopicId, int PartitionCount, IReadOnlyDictionary<string, string> Configs);
