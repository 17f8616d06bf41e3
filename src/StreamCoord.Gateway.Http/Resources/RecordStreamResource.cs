using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Gateway.Http.Events;
using StreamCoord.Gateway.Http.Records;
using StreamCoord.Partitions;
using StreamCoord.Topics;

namespace StreamCoord.Gateway.Http.Resources;

/// <summary>GET /v1/topics/{topic}/records:stream: server-sent events. Safe for concurrent use.</summary>
internal sealed class RecordStreamResource(
    IGrainFactory grains, PartitionReads reads, TimeProvider time, IHostApplicationLifetime lifetime, StreamSlots slots, TopicAccess access, IOptions<HttpGatewayOptions> options)
{
    public async Task GetAsync(HttpContext context)
    {
        string topic = access.Readable(context);
        long start = StartTimestamp(RequestParameters.Query(context, "from") ?? "latest");
        StreamPosition? resumeAt = ResumePosition(context.Request);
        using IDisposable slot = slots.Take();
        TopicDescription description = await TopicLookup.DescribeAsync(grains, topic);
        StreamPosition position = resumeAt ?? await FindStartAsync(description, start, context.RequestAborted);
        await StreamAsync(context, description, position);
    }

    private async Task StreamAsync(HttpContext context, TopicDescription topic, StreamPosition position)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        EventStreamReply.Begin(context);
        var stream = new RecordStream(grains, topic.Name, context.Response.BodyWriter, time, TimeSpan.FromMilliseconds(options.Value.StreamHeartbeatMs));
        await stream.RunAsync(topic.Partitions.Count, position, stop.Token);
    }

    private async Task<StreamPosition> FindStartAsync(TopicDescription topic, long timestamp, CancellationToken stop)
    {
        Offset[] offsets = await Task.WhenAll(topic.Partitions.Select(
            partition => reads.RequireOffsetAsync(new TopicPartition(topic.Name, partition.Partition), timestamp, stop)));
        var position = new StreamPosition();
        for (int partition = 0; partition < offsets.Length; partition++)
        {
            position.Set(partition, offsets[partition]);
        }
        return position;
    }

    private static long StartTimestamp(string from)
    {
        if (from is not ("earliest" or "latest"))
        {
            RequestException.Throw(GatewayErrors.InvalidRequest($"The parameter from is '{from}': it takes 'earliest' or 'latest'."));
        }
        return from == "earliest" ? OffsetTimestamps.Earliest : OffsetTimestamps.Latest;
    }

    private static StreamPosition? ResumePosition(HttpRequest request)
    {
        string? id = request.Headers["Last-Event-ID"];
        if (string.IsNullOrEmpty(id))
        {
            return null;
        }
        return StreamPosition.Parse(id)
            ?? throw new RequestException(GatewayErrors.InvalidRequest("The header Last-Event-ID is not the id of an event of this stream."));
    }
}
