using System.Globalization;
using StreamCoord.Gateway.Http.Access;
using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Gateway.Http.Resources;
using StreamCoord.Topics;

namespace StreamCoord.Gateway.Http.V2;

/// <summary>Finds topics and partitions for v2; what is not there ends the request with v2's number.</summary>
internal static class V2Topics
{
    /// <summary>The topic in the path. A name that no topic can have is one that is not found.</summary>
    public static string NameOf(HttpContext context)
    {
        string name = RequestParameters.Route(context, "topic");
        return TopicName.Check(name) is null ? name : throw new RequestException(V2Errors.TopicNotFound(name));
    }

    /// <summary>The topic as it is now.</summary>
    public static async Task<TopicDescription> DescribeAsync(IGrainFactory grains, string name) => Unwrap(name, await grains.GetGrain<ITopicGrain>(name).Describe());

    /// <summary>The topic, created with the defaults when it is not there, and the service and the caller's rights allow that.</summary>
    public static async Task<TopicDescription> DescribeOrCreateAsync(IGrainFactory grains, HttpContext context, string name) =>
        Unwrap(name, context.MayCreate(name) ? await grains.GetGrain<ITopicGrain>(name).DescribeOrCreate() : await grains.GetGrain<ITopicGrain>(name).Describe());

    /// <summary>The partition in the path, which the topic has.</summary>
    public static PartitionAssignment PartitionOf(HttpContext context, TopicDescription topic)
    {
        string text = RequestParameters.Route(context, "partition");
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int partition) && partition < topic.Partitions.Count
            ? topic.Partitions[partition]
            : throw new RequestException(GatewayErrors.PartitionNotFound($"Partition {text} not found: topic '{topic.Name}' has {topic.Partitions.Count}."));
    }

    private static TopicDescription Unwrap(string name, TopicReply reply)
    {
        if (reply.Error is not (ErrorCode.None or ErrorCode.UnknownTopicOrPartition))
        {
            RequestException.Throw(V2Errors.Of(reply.Error, reply.Message));
        }
        return reply.Topic ?? throw new RequestException(V2Errors.TopicNotFound(name));
    }
}
