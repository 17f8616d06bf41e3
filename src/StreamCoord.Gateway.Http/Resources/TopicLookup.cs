using System.Globalization;
using StreamCoord.Gateway.Http.Access;
using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Partitions;
using StreamCoord.Topics;

namespace StreamCoord.Gateway.Http.Resources;

/// <summary>Finds topics and partitions; what is not there, or cannot be asked, ends the request.</summary>
internal static class TopicLookup
{
    /// <summary>The topic as it is now.</summary>
    public static async Task<TopicDescription> DescribeAsync(IGrainFactory grains, string topic) =>
        Unwrap(await grains.GetGrain<ITopicGrain>(topic).Describe());

    /// <summary>The topic, created with the defaults when it is not there, and the service and the caller's rights allow that.</summary>
    public static async Task<TopicDescription> DescribeOrCreateAsync(IGrainFactory grains, HttpContext context, string topic) =>
        Unwrap(context.MayCreate(topic) ? await grains.GetGrain<ITopicGrain>(topic).DescribeOrCreate() : await grains.GetGrain<ITopicGrain>(topic).Describe());

    /// <summary>The topic of a reply that must be a success.</summary>
    public static TopicDescription Unwrap(TopicReply reply)
    {
        RequestException.ThrowIfFailed(reply.Error, reply.Message);
        return reply.Topic ?? throw new RequestException(GatewayErrors.Of(ErrorCode.UnknownTopicOrPartition, "The topic is gone."));
    }

    /// <summary>The leader of a partition, which need not exist.</summary>
    public static IPartitionGrain Leader(IGrainFactory grains, string topic, int partition) =>
        grains.GetGrain<IPartitionGrain>(new TopicPartition(topic, partition).ToString());

    /// <summary>Refuses a partition number that the topic does not have.</summary>
    public static void RequirePartition(TopicDescription topic, int partition)
    {
        if (partition < 0 || partition >= topic.Partitions.Count)
        {
            RequestException.Throw(GatewayErrors.PartitionNotFound(string.Create(CultureInfo.InvariantCulture,
                $"Partition not found. Topic '{topic.Name}' has the partitions 0 to {topic.Partitions.Count - 1}, not {partition}.")));
        }
    }
}
