using StreamCoord.Client.Calls;
using StreamCoord.Partitions;
using StreamCoord.Topics;

namespace StreamCoord.Client;

/// <summary>Makes, describes, changes and deletes topics. What has returned is durable. Safe for concurrent use.</summary>
public sealed class TopicAdmin
{
    private readonly GrainCalls _calls;

    internal TopicAdmin(GrainCalls calls) => _calls = calls;

    /// <summary>The names of all topics, in ordinal order; also of those that the service keeps for itself.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken = default)
    {
        IReadOnlyList<string> names = await _calls.AskAsync(grains => grains.GetGrain<ITopicCatalogueGrain>(0).List(), _ => ErrorCode.None, cancellationToken).ConfigureAwait(false);
        return [.. names.Order(StringComparer.Ordinal)];
    }

    /// <summary>A topic, or null when there is none of that name.</summary>
    public async Task<TopicDescription?> FindAsync(string name, CancellationToken cancellationToken = default)
    {
        TopicReply reply = await AskAsync(name, topic => topic.Describe(), cancellationToken).ConfigureAwait(false);
        return reply.Error is ErrorCode.UnknownTopicOrPartition or ErrorCode.InvalidTopicException ? null : Require(reply);
    }

    /// <summary>Creates a topic. Asked once only: when nobody answers it may be there all the same.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="partitionCount">How many partitions; null for the cluster's <c>Topics:DefaultPartitions</c>.</param>
    /// <param name="replicationFactor">How many copies of each; null for the cluster's <c>Topics:DefaultReplicationFactor</c>.</param>
    /// <param name="configs">Configurations by name; those of <see cref="TopicConfigs"/>.</param>
    /// <param name="cancellationToken">Gives up; it may be created all the same.</param>
    /// <exception cref="StreamCoordException">It exists, or the request is not legal.</exception>
    public async Task<TopicDescription> CreateAsync(
        string name, int? partitionCount = null, short? replicationFactor = null, IReadOnlyDictionary<string, string>? configs = null, CancellationToken cancellationToken = default)
    {
        var request = new CreateTopicRequest(partitionCount, replicationFactor, configs ?? new Dictionary<string, string>(), ValidateOnly: false);
        return Require(await _calls.AskOnceAsync(grains => grains.GetGrain<ITopicGrain>(name).Create(request), cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Raises a topic's partition count; it can never fall. Records with the same key go to other partitions from then on.</summary>
    /// <exception cref="StreamCoordException">There is no such topic, or the count is not more than it has.</exception>
    public async Task<TopicDescription> SetPartitionCountAsync(string name, int partitionCount, CancellationToken cancellationToken = default) =>
        Require(await _calls.AskOnceAsync(grains => grains.GetGrain<ITopicGrain>(name).SetPartitionCount(partitionCount, validateOnly: false), cancellationToken).ConfigureAwait(false));

    /// <summary>Changes configurations: all of them or, when one is wrong, none.</summary>
    /// <exception cref="StreamCoordException">There is no such topic, or a change is not legal.</exception>
    public async Task<TopicDescription> AlterConfigsAsync(string name, IReadOnlyList<ConfigChange> changes, CancellationToken cancellationToken = default) =>
        Require(await AskAsync(name, topic => topic.AlterConfigs(changes, validateOnly: false), cancellationToken).ConfigureAwait(false));

    /// <summary>Deletes a topic and its records for good. False when there is none of that name.</summary>
    /// <exception cref="StreamCoordException">The topic may not be deleted.</exception>
    public async Task<bool> DeleteAsync(string name, CancellationToken cancellationToken = default)
    {
        int attempts = 0;
        TopicReply reply = await AskAsync(
            name,
            topic =>
            {
                attempts++;
                return topic.Delete();
            },
            cancellationToken).ConfigureAwait(false);
        if (reply.Error == ErrorCode.UnknownTopicOrPartition)
        {
            // One that had no answer has deleted it.
            return attempts > 1;
        }
        GrainCalls.Require(reply.Error, reply.Message);
        return true;
    }

    /// <summary>A partition's state: where it begins and ends, who leads in which epoch, how large it is.</summary>
    /// <exception cref="StreamCoordException">There is no such partition, or nobody leads it.</exception>
    public async Task<PartitionDescription> DescribeAsync(TopicPartition partition, CancellationToken cancellationToken = default)
    {
        PartitionDescription reply = await _calls.AskAsync(grains => grains.GetGrain<IPartitionGrain>(partition.ToString()).Describe(), found => found.Error, cancellationToken).ConfigureAwait(false);
        GrainCalls.Require(reply.Error, reply.Message);
        return reply;
    }

    /// <summary>The first offset of a partition with a timestamp at or after one; <see cref="Offset.None"/> when there is none.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="timestampMs">Milliseconds since 1970, or one of <see cref="OffsetTimestamps"/>.</param>
    /// <param name="isolation">What is seen of transactions.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StreamCoordException">There is no such partition, or nobody leads it.</exception>
    public async Task<Offset> FindOffsetAsync(
        TopicPartition partition, long timestampMs, IsolationLevel isolation = IsolationLevel.ReadUncommitted, CancellationToken cancellationToken = default)
    {
        OffsetReply reply = await _calls.AskAsync(
            grains => grains.GetGrain<IPartitionGrain>(partition.ToString()).FindOffset(timestampMs, isolation), found => found.Error, cancellationToken).ConfigureAwait(false);
        GrainCalls.Require(reply.Error, reply.Message);
        return reply.Offset;
    }

    /// <summary>Takes the records of a partition away that lie before an offset; <see cref="Offset.None"/> for all of them. Returns the first offset that is left.</summary>
    /// <exception cref="StreamCoordException">The offset lies outside the partition, or the topic's cleanup policy does not delete.</exception>
    public async Task<Offset> DeleteRecordsAsync(TopicPartition partition, Offset before, CancellationToken cancellationToken = default)
    {
        DeleteRecordsReply reply = await _calls.AskAsync(grains => grains.GetGrain<IPartitionGrain>(partition.ToString()).DeleteRecords(before), found => found.Error, cancellationToken).ConfigureAwait(false);
        GrainCalls.Require(reply.Error, reply.Message);
        return reply.LogStartOffset;
    }

    private Task<TopicReply> AskAsync(string name, Func<ITopicGrain, Task<TopicReply>> call, CancellationToken cancellationToken) =>
        _calls.AskAsync(grains => call(grains.GetGrain<ITopicGrain>(name)), reply => reply.Error, cancellationToken);

    private static TopicDescription Require(TopicReply reply)
    {
        GrainCalls.Require(reply.Error, reply.Message);
        return reply.Topic!;
    }
}
