using StreamCoord.Topics;

namespace StreamCoord.Gateway.Http.Tests.Fakes;

public sealed class FakeTopic(FakeCluster cluster, string name) : ITopicGrain
{
    private static readonly NodeId Node = new(1);
    private readonly TopicId _id = TopicId.NewId();
    private readonly Dictionary<int, IReadOnlyList<NodeId>> _targets = [];
    private Dictionary<string, string> _configs = [];
    private int _partitions;
    private int _lookupCount;

    /// <summary>How many producers have asked for the topic.</summary>
    public int LookupCount => Volatile.Read(ref _lookupCount);

    public string Name => name;

    public bool Exists => _partitions > 0;

    public IReadOnlyDictionary<string, string> Configs => _configs;

    public void CreateNow(int partitions, IReadOnlyDictionary<string, string> configs)
    {
        _configs = new Dictionary<string, string>(configs);
        _partitions = partitions;
    }

    public Task<TopicReply> Create(CreateTopicRequest request)
    {
        cluster.ThrowIfFailing();
        int partitions = request.PartitionCount ?? cluster.DefaultPartitions;
        if (Exists)
        {
            return Refused(ErrorCode.TopicAlreadyExists, $"Topic '{name}' exists already.");
        }
        if (partitions < 1)
        {
            return Refused(ErrorCode.InvalidPartitions, "A topic has at least 1 partition.");
        }
        if (request.ReplicationFactor is > 1)
        {
            return Refused(ErrorCode.InvalidReplicationFactor, "There is 1 node.");
        }
        if (TopicConfigs.Check(request.Configs) is { } problem)
        {
            return Refused(ErrorCode.InvalidConfig, problem);
        }
        if (request.ValidateOnly)
        {
            return Task.FromResult(TopicReply.Done(Description(partitions, request.Configs)));
        }
        CreateNow(partitions, request.Configs);
        return Describe();
    }

    public Task<TopicReply> Describe()
    {
        cluster.ThrowIfFailing();
        return Exists ? Task.FromResult(TopicReply.Done(Description(_partitions, _configs))) : Unknown();
    }

    public Task<TopicReply> DescribeOrCreate()
    {
        cluster.ThrowIfFailing();
        Interlocked.Increment(ref _lookupCount);
        if (!Exists && cluster.AutoCreate)
        {
            CreateNow(cluster.DefaultPartitions, _configs);
        }
        return Describe();
    }

    public Task<TopicReply> SetPartitionCount(int partitionCount, bool validateOnly, IReadOnlyList<IReadOnlyList<NodeId>>? assignments = null)
    {
        cluster.ThrowIfFailing();
        if (!Exists)
        {
            return Unknown();
        }
        if (partitionCount <= _partitions)
        {
            return Refused(ErrorCode.InvalidPartitions, $"Topic '{name}' has {_partitions} partitions already.");
        }
        _partitions = partitionCount;
        return Describe();
    }

    public Task<TopicReply> AlterConfigs(IReadOnlyList<ConfigChange> changes, bool validateOnly)
    {
        cluster.ThrowIfFailing();
        if (!Exists)
        {
            return Unknown();
        }
        var configs = new Dictionary<string, string>(_configs);
        foreach (ConfigChange change in changes)
        {
            configs.Remove(change.Name);
            if (change.Value is not null)
            {
                configs.Add(change.Name, change.Value);
            }
        }
        if (TopicConfigs.Check(configs) is { } problem)
        {
            return Refused(ErrorCode.InvalidConfig, problem);
        }
        _configs = validateOnly ? _configs : configs;
        return Describe();
    }

    // It never gets there.
    public Task<TopicReply> MoveReplicas(int partition, IReadOnlyList<NodeId>? target, bool keepsFactor = false)
    {
        _targets[partition] = target!;
        return Describe();
    }

    public Task<TopicReply> ElectPreferredLeader(int partition) => Refused(ErrorCode.ElectionNotNeeded, "There is 1 node.");

    public Task<TopicReply> Delete()
    {
        cluster.ThrowIfFailing();
        if (!Exists)
        {
            return Unknown();
        }
        _partitions = 0;
        return Task.FromResult(TopicReply.Done(null));
    }

    public bool HasPartition(int partition) => partition < _partitions;

    private TopicDescription Description(int partitions, IReadOnlyDictionary<string, string> configs) =>
        new(name, _id, [.. Enumerable.Range(0, partitions).Select(Partition)], 1, configs);

    private PartitionAssignment Partition(int partition) => _targets.TryGetValue(partition, out IReadOnlyList<NodeId>? target)
        ? new PartitionAssignment(partition, Node, [.. target, Node], [Node]) { Adding = target, Removing = [Node] }
        : new PartitionAssignment(partition, Node, [Node], [Node]);

    private Task<TopicReply> Unknown() => Refused(ErrorCode.UnknownTopicOrPartition, $"There is no topic '{name}'.");

    private static Task<TopicReply> Refused(ErrorCode error, string message) => Task.FromResult(TopicReply.Refused(error, message));
}
