using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using StreamCoord.Gateway.Http.Access;
using StreamCoord.Gateway.Http.Description;
using StreamCoord.Gateway.Http.Resources;
using StreamCoord.Gateway.Http.V2;
using StreamCoord.Security;

namespace StreamCoord.Gateway.Http;

/// <summary>The paths of v2, which stand at the root.</summary>
internal static class V2Endpoints
{
    private const string Topic = "/topics/{topic}";
    private const string Instance = "/consumers/{group}/instances/{instance}";
    private const string Partition = Topic + "/partitions/{partition}";

    private static readonly ApiAnswer Ok = new(StatusCodes.Status200OK, MediaTypes.Plain, "The resource.");

    private static readonly ApiAnswer Done = new(StatusCodes.Status204NoContent, null, "Done.");

    private static readonly GroupNeeds Member = new(AclOperation.Read);

    /// <summary>Topics, partitions, brokers, produce.</summary>
    public static void MapV2Topics(this IEndpointRouteBuilder routes)
    {
        V2ServiceResource service = routes.ServiceProvider.GetRequiredService<V2ServiceResource>();
        V2TopicResource topics = routes.ServiceProvider.GetRequiredService<V2TopicResource>();
        V2ProduceResource produce = routes.ServiceProvider.GetRequiredService<V2ProduceResource>();
        var records = new ApiBody([MediaTypes.Binary, MediaTypes.Json], "records [{key, value, partition}]: keys and values are base64, or with the second content type JSON.");
        var produced = new ApiAnswer(StatusCodes.Status200OK, MediaTypes.Plain, "offsets [{partition, offset, error_code, error}], one for each record.");
        routes.Map("GET", "/", V2ServiceResource.GetRootAsync, "v2", "See whether v2 is served", Ok);
        routes.Map("POST", "/", V2ServiceResource.GetRootAsync, "v2", "See whether v2 is served", Ok);
        routes.Map("GET", "/brokers", service.ListBrokersAsync, "v2", "List the brokers", new ClusterNeeds(AclOperation.Describe), Ok);
        routes.Map("GET", "/topics", topics.ListAsync, "v2", "List the names of topics", Ok);
        routes.Map("GET", Topic, topics.GetAsync, "v2", "Describe a topic", new TopicNeeds(AclOperation.Describe), Ok);
        routes.Map("POST", Topic, produce.PostAsync, "v2", "Produce records to a topic", records, produced, new TopicNeeds(AclOperation.Write));
        routes.Map("GET", Topic + "/partitions", topics.ListPartitionsAsync, "v2", "List a topic's partitions", new TopicNeeds(AclOperation.Describe), Ok);
        routes.Map("GET", Partition, topics.GetPartitionAsync, "v2", "Describe a partition", new TopicNeeds(AclOperation.Describe), Ok);
        routes.Map("POST", Partition, produce.PostToPartitionAsync, "v2", "Produce records to a partition", records, produced, new TopicNeeds(AclOperation.Write));
        routes.Map("GET", Partition + "/offsets", topics.GetOffsetsAsync, "v2", "Where a partition begins and ends", new TopicNeeds(AclOperation.Describe), Ok);
    }

    /// <summary>Consumers, which are members of their groups as Kafka's clients are.</summary>
    public static void MapV2Consumers(this IEndpointRouteBuilder routes)
    {
        V2ConsumerResource consumers = routes.ServiceProvider.GetRequiredService<V2ConsumerResource>();
        V2SubscriptionResource subscriptions = routes.ServiceProvider.GetRequiredService<V2SubscriptionResource>();
        V2PositionResource positions = routes.ServiceProvider.GetRequiredService<V2PositionResource>();
        V2RecordResource records = routes.ServiceProvider.GetRequiredService<V2RecordResource>();
        var partitions = new ApiBody([MediaTypes.Plain], "partitions [{topic, partition}].");
        var offsets = new ApiBody([MediaTypes.Plain], "offsets [{topic, partition, offset}].");
        routes.Map("POST", "/consumers/{group}", consumers.CreateAsync, "v2", "Create a consumer on this silo", Member,
            new ApiBody([MediaTypes.Plain], "name, format (binary or json), auto.offset.reset (latest, earliest or none), auto.commit.enable, consumer.request.timeout.ms; each may be left out."),
            new ApiAnswer(StatusCodes.Status200OK, MediaTypes.Plain, "instance_id, and base_uri: where all further requests about it go."));
        routes.Map("DELETE", Instance, consumers.DeleteAsync, "v2", "Delete a consumer; it leaves its group", Member, Done);
        routes.Map("POST", Instance + "/subscription", subscriptions.SubscribeAsync, "v2", "Have a consumer share topics with its group", Member,
            new ApiBody([MediaTypes.Plain], "topics [name], or topic_pattern: a regular expression for whole names."), Done);
        routes.Map("GET", Instance + "/subscription", subscriptions.GetSubscriptionAsync, "v2", "The topics that a consumer subscribes to", Member, Ok);
        routes.Map("DELETE", Instance + "/subscription", subscriptions.UnsubscribeAsync, "v2", "Have a consumer leave its group", Member, Done);
        routes.Map("POST", Instance + "/assignments", subscriptions.AssignAsync, "v2", "Have a consumer read partitions without its group", Member, partitions, Done);
        routes.Map("GET", Instance + "/assignments", subscriptions.GetAssignmentAsync, "v2", "The partitions that a consumer reads", Member, Ok);
        routes.Map("POST", Instance + "/positions", positions.SeekAsync, "v2", "Move a consumer to offsets", Member, offsets, Done);
        routes.Map("POST", Instance + "/positions/beginning", positions.SeekToBeginningAsync, "v2", "Move a consumer to the beginning of partitions", Member, partitions, Done);
        routes.Map("POST", Instance + "/positions/end", positions.SeekToEndAsync, "v2", "Move a consumer to the end of partitions", Member, partitions, Done);
        routes.Map("GET", Instance + "/records", records.GetAsync, "v2", "The next records of a consumer", Member,
            new ApiParameter("timeout", "query", "How long to wait when there are none, in milliseconds: 0 to 30000; the consumer's own by default."),
            new ApiParameter("max_bytes", "query", "About how many bytes of keys and values to return; always at least one record."),
            new ApiAnswer(StatusCodes.Status200OK, MediaTypes.Binary, "[{topic, key, value, partition, offset}], with base64 or, for a consumer of the format json, JSON."));
        routes.Map("POST", Instance + "/offsets", positions.CommitAsync, "v2", "Commit offsets for the group: of the body the last records done, without one everything that was returned", Member,
            new ApiBody([MediaTypes.Plain], "offsets [{topic, partition, offset, metadata}], or nothing."), new ApiAnswer(StatusCodes.Status200OK, MediaTypes.Plain, "Done, durably."));
        routes.Map("GET", Instance + "/offsets", positions.GetCommittedAsync, "v2", "What the group has committed", Member, partitions, Ok);
    }
}
