using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Gateway.Http.Records;
using StreamCoord.Partitions;
using StreamCoord.Topics;

namespace StreamCoord.Gateway.Http.Resources;

/// <summary>GET /v1/topics/{topic}/records:stream: server-sent events. Safe for concurrent use.</summary>
internal sealed class RecordStreamResource(
    IGrainFactory grains, TimeProvider time, IHostApplicationLifetime lifetime, IOptions<HttpGatewayOptions> options)
{
    private int _openStreams;

    public async Task GetAsync(HttpContext context)
    {
        string topic = RequestParameters.Topic(context);
        long start = StartTimestamp(RequestParameters.Query(context, "from") ?? "latest");
        StreamPosition? resumeAt = ResumePosition(context.Request);
        if (Interlocked.Increment(ref _openStreams) > options.Value.StreamsMax)
        {
            Interlocked.Decrement(ref _openStreams);
            RequestException.Throw(GatewayErrors.Unavailable(
                $"There are {options.Value.StreamsMax} streams open, as many as {HttpGatewayOptions.Section}:{nameof(HttpGatewayOptions.StreamsMax)} allows. Close one or try later."));
        }
        try
        {
            TopicDescription description = await TopicLookup.DescribeAsync(grains, topic);
            StreamPosition position = resumeAt ?? await FindStartAsync(description, start);
            await StreamAsync(context, description, position);
        }
        finally
        {
            Interlocked.Decrement(ref _openStreams);
        }
    }

    private async Task StreamAsync(HttpContext context, TopicDescription topic, StreamPosition position)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-cache";
        var stream = new RecordStream(grains, topic.Name, context.Response.BodyWriter, time, TimeSpan.FromMilliseconds(options.Value.StreamHeartbeatMs));
        await stream.RunAsync(topic.Partitions.Count, position, stop.Token);
    }

    private async Task<StreamPosition> FindStartAsync(TopicDescription topic, long timestamp)
    {
        Offset[] offsets = await Task.WhenAll(topic.Partitions.Select(
            partition => TopicLookup.FindOffsetAsync(TopicLookup.Leader(grains, topic.Name, partition.Partition), timestamp)));
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
