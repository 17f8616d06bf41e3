using StreamCoord.Gateway.Http.Access;
using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Gateway.Http.Json;
using StreamCoord.Security;
using StreamCoord.Topics;

namespace StreamCoord.Gateway.Http.Resources;

/// <summary>Topics under /v3/clusters/{cluster_id}/topics. Safe for concurrent use.</summary>
internal sealed class TopicResource(IGrainFactory grains, ClusterIdentity cluster)
{
    /// <summary>Confluent's clients send -1 for "the default".</summary>
    private const int Default = -1;

    public async Task ListAsync(HttpContext context)
    {
        ClusterResource.RequireCluster(context, cluster);
        TopicDescription[] topics = [.. (await TopicCatalogue.ListAsync(grains)).Where(topic => context.AllowsTopic(AclOperation.Describe, topic.Name))];
        var json = new ConfluentJson(context.Request, cluster);
        await JsonReply.WriteAsync(context, StatusCodes.Status200OK, writer => json.WriteTopics(writer, topics));
    }

    public async Task CreateAsync(HttpContext context)
    {
        ClusterResource.RequireCluster(context, cluster);
        CreateTopicBody body = await JsonBody.ReadAsync(context, RequestJson.Default.CreateTopicBody);
        string name = CheckName(body);
        context.RequireCreation(name);
        CreateTopicRequest request = RequestOf(body);
        TopicDescription topic = TopicLookup.Unwrap(await grains.GetGrain<ITopicGrain>(name).Create(request));
        var json = new ConfluentJson(context.Request, cluster);
        context.Response.Headers.Location = json.TopicUrl(topic.Name);
        int status = request.ValidateOnly ? StatusCodes.Status200OK : StatusCodes.Status201Created;
        await JsonReply.WriteAsync(context, status, writer => json.WriteTopic(writer, topic));
    }

    public async Task GetAsync(HttpContext context)
    {
        TopicDescription topic = await DescribeAsync(context);
        var json = new ConfluentJson(context.Request, cluster);
        await JsonReply.WriteAsync(context, StatusCodes.Status200OK, writer => json.WriteTopic(writer, topic));
    }

    public async Task UpdateAsync(HttpContext context)
    {
        ClusterResource.RequireCluster(context, cluster);
        string name = RequestParameters.WritableTopic(context);
        PartitionCountBody body = await JsonBody.ReadAsync(context, RequestJson.Default.PartitionCountBody);
        if (body.PartitionsCount is not { } count)
        {
            throw new RequestException(GatewayErrors.Unprocessable("Payload error. 'partitions_count' is required."));
        }
        TopicDescription topic = TopicLookup.Unwrap(await grains.GetGrain<ITopicGrain>(name).SetPartitionCount(count, validateOnly: false));
        var json = new ConfluentJson(context.Request, cluster);
        await JsonReply.WriteAsync(context, StatusCodes.Status200OK, writer => json.WriteTopic(writer, topic));
    }

    public async Task DeleteAsync(HttpContext context)
    {
        ClusterResource.RequireCluster(context, cluster);
        TopicReply reply = await grains.GetGrain<ITopicGrain>(RequestParameters.WritableTopic(context)).Delete();
        RequestException.ThrowIfFailed(reply.Error, reply.Message);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    public async Task ListPartitionsAsync(HttpContext context)
    {
        TopicDescription topic = await DescribeAsync(context);
        var json = new ConfluentJson(context.Request, cluster);
        await JsonReply.WriteAsync(context, StatusCodes.Status200OK, writer => json.WritePartitions(writer, topic));
    }

    public async Task GetPartitionAsync(HttpContext context)
    {
        int partition = RequestParameters.Partition(context);
        TopicDescription topic = await DescribeAsync(context);
        TopicLookup.RequirePartition(topic, partition);
        var json = new ConfluentJson(context.Request, cluster);
        await JsonReply.WriteAsync(context, StatusCodes.Status200OK, writer => json.WritePartition(writer, topic, topic.Partitions[partition]));
    }

    private Task<TopicDescription> DescribeAsync(HttpContext context)
    {
        ClusterResource.RequireCluster(context, cluster);
        return TopicLookup.DescribeAsync(grains, RequestParameters.Topic(context));
    }

    private static string CheckName(CreateTopicBody body)
    {
        if (string.IsNullOrEmpty(body.TopicName))
        {
            RequestException.Throw(GatewayErrors.Unprocessable("Payload error. 'topic_name' is required."));
        }
        if (TopicName.Check(body.TopicName) is { } problem)
        {
            RequestException.Throw(GatewayErrors.Of(ErrorCode.InvalidTopicException, problem));
        }
        return body.TopicName;
    }

    private static CreateTopicRequest RequestOf(CreateTopicBody body)
    {
        if (body.ReplicasAssignments is { Count: > 0 })
        {
            RequestException.Throw(GatewayErrors.Of(ErrorCode.InvalidRequest,
                "'replicas_assignments' is not supported: the service places partitions itself. Give 'partitions_count' and 'replication_factor'."));
        }
        if (body.ReplicationFactor is < Default or > short.MaxValue)
        {
            RequestException.Throw(GatewayErrors.Of(ErrorCode.InvalidReplicationFactor, $"'replication_factor' takes a number from 1 to {short.MaxValue}."));
        }
        var configs = new Dictionary<string, string>();
        foreach (ConfigBody config in body.Configs ?? [])
        {
            if (config is not { Name: { Length: > 0 } name, Value: { } value } || !configs.TryAdd(name, value))
            {
                RequestException.Throw(GatewayErrors.Of(ErrorCode.InvalidConfig, "Each of 'configs' needs a 'name' of its own and a 'value'."));
            }
        }
        return new CreateTopicRequest(
            body.PartitionsCount == Default ? null : body.PartitionsCount,
            body.ReplicationFactor is { } factor and not Default ? (short)factor : null,
            configs,
            body.ValidateOnly ?? false);
    }
}
