using System.Globalization;
using StreamCoord.Grains.Leadership;
using StreamCoord.Replication;
using StreamCoord.Topics;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Topics;

/// <summary>
/// The topics that the service keeps for itself. They exist by the leadership table alone, under identities that never change, because everything else, the list
/// of topics included, is kept in them. How many partitions they have is known once the silo's storage has started: until then <c>__znodes</c> is the only one. Safe for concurrent use.
/// </summary>
/// <remarks>The first node of a cluster makes them; each node that joins adds itself to those that have fewer than <see cref="ReplicasMax"/> copies.</remarks>
internal sealed class InternalTopics : ILifecycleParticipant<ISiloLifecycle>
{
    /// <summary>How many nodes keep a copy, where there are as many.</summary>
    public const int ReplicasMax = 3;

    /// <summary>The largest transaction of the znode tree: the end of a session with some ten million ephemeral znodes.</summary>
    private const int TransactionBytesMax = 1_000_000_000;

    /// <summary>The identity of <c>__znodes</c> in every cluster.</summary>
    public static readonly TopicId ZNodesId = new(new Guid("5a6e6f64-6573-4000-8000-000000000001"));

    private readonly ILeadershipTable _leadership;
    private readonly Leaderships _rows;
    private readonly ReplicaId _self;
    private readonly InternalTopicDefinition[] _definitions;
    private volatile List<(InternalTopicDefinition Definition, int PartitionCount)> _present;

    /// <summary>Makes the descriptions.</summary>
    public InternalTopics(ILeadershipTable leadership, Leaderships rows, ClusterIdentity identity, ZNodeOptions options, IEnumerable<InternalTopicDefinition> definitions)
    {
        _definitions = [.. definitions];
        (_leadership, _rows, _self) = (leadership, rows, identity.Replica);
        _present = [(TreeTopic(options), 1)];
    }

    /// <summary>All of them.</summary>
    public IReadOnlyList<TopicDescription> All => [.. _present.Select(topic => Describe(topic.Definition, topic.PartitionCount))];

    /// <summary>The topic of that name, or null.</summary>
    public TopicDescription? Describe(string name)
    {
        (InternalTopicDefinition? definition, int partitionCount) = _present.Find(topic => topic.Definition.Name == name);
        return definition is null ? null : Describe(definition, partitionCount);
    }

    /// <summary>The topic of that identity, or null.</summary>
    public InternalTopicDefinition? Find(TopicId topicId) => _present.Find(topic => topic.Definition.TopicId == topicId).Definition;

    /// <summary>The identity of the topic of that name and how many partitions it has; null when there is none.</summary>
    public (TopicId TopicId, int PartitionCount)? Find(string name)
    {
        (InternalTopicDefinition? definition, int partitionCount) = _present.Find(topic => topic.Definition.Name == name);
        return definition is null ? null : (definition.TopicId, partitionCount);
    }

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe(nameof(InternalTopics), ServiceLifecycleStage.RuntimeStorageServices - 1, _ => CreateAsync());

    private static InternalTopicDefinition TreeTopic(ZNodeOptions options) => new(
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
        });

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    // The number of a topic's partitions is never changed by an option: what lies where follows from it.
    private async Task CreateAsync()
    {
        List<(InternalTopicDefinition, int)> present = [];
        foreach (InternalTopicDefinition definition in _definitions.Prepend(_present[0].Definition))
        {
            IReadOnlyList<LeadershipRow> rows = await _leadership.ReadAsync(definition.TopicId);
            if (rows.Count == 0)
            {
                await _leadership.CreateAsync(definition.TopicId, 0, [.. Enumerable.Repeat(new PartitionReplicas([_self.Node], [_self]), definition.PartitionCount)]);
                rows = await _leadership.ReadAsync(definition.TopicId);
            }
            foreach (LeadershipRow row in rows)
            {
                await JoinAsync(row);
            }
            present.Add((definition, rows.Count));
        }
        _present = present;
    }

    private async Task JoinAsync(LeadershipRow row)
    {
        while (!row.Replicas.Contains(_self.Node) && row.Replicas.Count < ReplicasMax)
        {
            Assignment joined = row.Assignment with { Replicas = [.. row.Replicas, _self.Node] };
            row = await _leadership.AssignAsync(row.TopicId, row.Partition, row.InSync.Version, joined) ?? row;
        }
    }

    private TopicDescription Describe(InternalTopicDefinition definition, int partitionCount)
    {
        IReadOnlyList<LeadershipRow> rows = _rows.RowsOf(definition.TopicId);
        PartitionAssignment[] partitions = rows.Count == partitionCount
            ? [.. rows.Select(PartitionAssignments.Of)]
            : [.. Enumerable.Range(0, partitionCount).Select(partition => new PartitionAssignment(partition, _self.Node, [_self.Node], [_self.Node]))];
        return new TopicDescription(definition.Name, definition.TopicId, partitions, (short)partitions[0].Replicas.Count, definition.Configs);
    }
}

/// <summary>A topic that the service keeps for itself beside the tree's.</summary>
/// <param name="Name">Its name, which begins with <see cref="TopicName.InternalPrefix"/>.</param>
/// <param name="TopicId">Its identity in every cluster.</param>
/// <param name="PartitionCount">How many partitions it gets in a new cluster.</param>
/// <param name="Configs">Its configuration.</param>
public sealed record InternalTopicDefinition(string Name, TopicId TopicId, int PartitionCount, IReadOnlyDictionary<string, string> Configs);
