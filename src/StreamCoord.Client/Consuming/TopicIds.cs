using StreamCoord.Client.Calls;
using StreamCoord.Groups;

namespace StreamCoord.Client.Consuming;

/// <summary>Which topics the identities in a group's assignments stand for. Safe for concurrent use.</summary>
internal sealed class TopicIds(GrainCalls calls)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TopicId, string> _names = [];
    private readonly Dictionary<string, TopicId> _ids = [];

    /// <summary>The partitions of an assignment by name; those of a topic that is gone are left out.</summary>
    public async Task<IReadOnlyList<TopicPartition>> FindAsync(string groupId, IReadOnlyList<TopicPartitions> assignment, CancellationToken cancellationToken)
    {
        if (assignment.Any(topic => NameOf(topic.TopicId) is null))
        {
            ConsumerGroupDescription group = await calls.AskAsync(grains => grains.GetGrain<IConsumerGroupGrain>(groupId).DescribeConsumers(), found => found.Error, cancellationToken).ConfigureAwait(false);
            GrainCalls.Require(group.Error, group.Message);
            Learn(group.TopicNames);
        }
        return [.. assignment.SelectMany(topic => NameOf(topic.TopicId) is { } name ? topic.Partitions.Select(partition => new TopicPartition(name, partition)) : [])];
    }

    /// <summary>Partitions by their topics' identities.</summary>
    public IReadOnlyList<TopicPartitions> ToIds(IEnumerable<TopicPartition> partitions)
    {
        lock (_gate)
        {
            return [.. partitions.GroupBy(partition => partition.Topic).Select(topic => new TopicPartitions(_ids[topic.Key], [.. topic.Select(partition => partition.Partition).Order()]))];
        }
    }

    private string? NameOf(TopicId id)
    {
        lock (_gate)
        {
            return _names.GetValueOrDefault(id);
        }
    }

    private void Learn(IReadOnlyDictionary<TopicId, string> names)
    {
        lock (_gate)
        {
            foreach ((TopicId id, string name) in names)
            {
                (_names[id], _ids[name]) = (name, id);
            }
        }
    }
}
