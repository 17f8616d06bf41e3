using System.Collections.Concurrent;
using StreamCoord.Grains.Topics;
using StreamCoord.Partitions;
using StreamCoord.Topics;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Backups;

/// <summary>Asks every partition that there is where it begins and ends. Keeps nothing; safe for concurrent use.</summary>
internal sealed class PartitionEnds(IGrainFactory grains, ICoordination tree, InternalTopics internalTopics)
{
    private const int CallsMax = 64;

    /// <summary>Asks them all; those whose logs are closed open them.</summary>
    /// <exception cref="TreeRefusedException">The topics could not be listed.</exception>
    public async Task<PartitionCuts> FindAsync()
    {
        ConcurrentBag<(PartitionCut Cut, PartitionDescription Description)> found = [];
        var partitions = (await ListAsync()).SelectMany(topic => topic.Partitions.Select(partition => (topic.TopicId, Partition: new TopicPartition(topic.Name, partition.Partition))));
        await Parallel.ForEachAsync(partitions, new ParallelOptions { MaxDegreeOfParallelism = CallsMax }, async (one, _) =>
        {
            PartitionDescription description = await grains.GetGrain<IPartitionGrain>(one.Partition.ToString()).Describe();
            found.Add((new PartitionCut(one.Partition, one.TopicId, description.LeaderEpoch, description.LogStartOffset, description.HighWatermark), description));
        });
        return new PartitionCuts(
            [.. found.Select(partition => partition.Cut).OrderBy(cut => cut.Partition.Topic, StringComparer.Ordinal).ThenBy(cut => cut.Partition.Partition)],
            found.FirstOrDefault(partition => partition.Description.Error != ErrorCode.None) is { Cut: { } cut } failed ? (cut.Partition, failed.Description.Message) : null);
    }

    // By this silo's tree, which has what the silo has written itself: the list must not be older than that.
    private async Task<IEnumerable<TopicDescription>> ListAsync()
    {
        IReadOnlyList<string> names = await tree.ListAsync(TopicPaths.Topics);
        TopicReply[] replies = await Task.WhenAll(names.Where(name => TopicName.Check(name) is null).Select(name => grains.GetGrain<ITopicGrain>(name).Describe()));
        return [.. internalTopics.All, .. replies.Select(reply => reply.Topic).OfType<TopicDescription>()];
    }
}
