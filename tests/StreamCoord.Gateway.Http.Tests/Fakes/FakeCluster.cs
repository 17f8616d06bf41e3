using System.Collections.Concurrent;
using StreamCoord.Groups;
using StreamCoord.Topics;

namespace StreamCoord.Gateway.Http.Tests.Fakes;

/// <summary>A cluster in memory behind the grain interfaces: topics with partitions that keep real batches.</summary>
public sealed class FakeCluster : IGrainFactory
{
    private readonly ConcurrentDictionary<string, FakeTopic> _topics = new();
    private readonly ConcurrentDictionary<string, FakePartition> _partitions = new();

    private readonly ConcurrentDictionary<string, FakeGroup> _groups = new();

    /// <summary>The groups that exist.</summary>
    public IEnumerable<string> GroupIds => _groups.Where(group => group.Value.Exists).Select(group => group.Key);

    /// <summary>The topics that exist.</summary>
    public IEnumerable<string> TopicNames => _topics.Values.Where(topic => topic.Exists).Select(topic => topic.Name);

    /// <summary>Whether a producer's unknown topic is created.</summary>
    public bool AutoCreate { get; set; } = true;

    /// <summary>How many partitions a topic gets that does not say.</summary>
    public int DefaultPartitions { get; set; } = 1;

    /// <summary>Thrown by every call, when set.</summary>
    public Exception? Failure { get; set; }

    public FakeTopic Topic(string name) => _topics.GetOrAdd(name, _ => new FakeTopic(this, name));

    public FakePartition Partition(string topic, int partition) =>
        _partitions.GetOrAdd($"{topic}/{partition}", _ => new FakePartition(this, topic, partition));

    public FakeGroup Group(string id) => _groups.GetOrAdd(id, _ => new FakeGroup(this, id));

    /// <summary>A topic that is there.</summary>
    public FakeTopic Create(string name, int partitions = 1, params (string Name, string Value)[] configs)
    {
        FakeTopic topic = Topic(name);
        topic.CreateNow(partitions, configs.ToDictionary(config => config.Name, config => config.Value));
        return topic;
    }

    public void ThrowIfFailing()
    {
        if (Failure is not null)
        {
            throw Failure;
        }
    }

    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey
    {
        if (typeof(TGrainInterface) == typeof(ITopicGrain))
        {
            return (TGrainInterface)(object)Topic(primaryKey);
        }
        if (typeof(TGrainInterface) == typeof(IConsumerGroupGrain))
        {
            return (TGrainInterface)(object)Group(primaryKey);
        }
        Assert.True(TopicPartition.TryParse(primaryKey, out TopicPartition partition));
        return (TGrainInterface)(object)Partition(partition.Topic, partition.Partition);
    }

    public TGrainInterface GetGrain<TGrainInterface>(long primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithIntegerKey =>
        typeof(TGrainInterface) == typeof(IGroupCatalogueGrain)
            ? (TGrainInterface)(object)new FakeGroupCatalogue(this)
            : (TGrainInterface)(object)new FakeCatalogue(this);

    TGrainInterface IGrainFactory.GetGrain<TGrainInterface>(Guid primaryKey, string? grainClassNamePrefix) => throw new NotSupportedException();

    TGrainInterface IGrainFactory.GetGrain<TGrainInterface>(Guid primaryKey, string keyExtension, string? grainClassNamePrefix) => throw new NotSupportedException();

    TGrainInterface IGrainFactory.GetGrain<TGrainInterface>(long primaryKey, string keyExtension, string? grainClassNamePrefix) => throw new NotSupportedException();

    TGrainObserverInterface IGrainFactory.CreateObjectReference<TGrainObserverInterface>(IGrainObserver obj) => throw new NotSupportedException();

    void IGrainFactory.DeleteObjectReference<TGrainObserverInterface>(IGrainObserver obj) => throw new NotSupportedException();

    IGrain IGrainFactory.GetGrain(Type grainInterfaceType, Guid grainPrimaryKey) => throw new NotSupportedException();

    IGrain IGrainFactory.GetGrain(Type grainInterfaceType, long grainPrimaryKey) => throw new NotSupportedException();

    IGrain IGrainFactory.GetGrain(Type grainInterfaceType, string grainPrimaryKey) => throw new NotSupportedException();

    IGrain IGrainFactory.GetGrain(Type grainInterfaceType, Guid grainPrimaryKey, string keyExtension) => throw new NotSupportedException();

    IGrain IGrainFactory.GetGrain(Type grainInterfaceType, long grainPrimaryKey, string keyExtension) => throw new NotSupportedException();

    IAddressable IGrainFactory.GetGrain(Type interfaceType, IdSpan grainKey) => throw new NotSupportedException();

    IAddressable IGrainFactory.GetGrain(Type interfaceType, IdSpan grainKey, string grainClassNamePrefix) => throw new NotSupportedException();

    TGrainInterface IGrainFactory.GetGrain<TGrainInterface>(GrainId grainId) => throw new NotSupportedException();

    IAddressable IGrainFactory.GetGrain(GrainId grainId) => throw new NotSupportedException();

    IAddressable IGrainFactory.GetGrain(GrainId grainId, GrainInterfaceType interfaceType) => throw new NotSupportedException();
}
