using System.Globalization;
using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Gateway.Http.Records;
using StreamCoord.Partitions;

namespace StreamCoord.Gateway.Http.Resources;

/// <summary>GET /v1/topics/{topic}/partitions/{partition}/records: a page of records. Safe for concurrent use.</summary>
internal sealed class RecordPageResource(PartitionReads reads, TimeProvider time, TopicAccess access)
{
    private const string Earliest = "earliest";
    private const int MaxBytesDefault = 1024 * 1024;
    private const int MaxBytesLimit = 16 * 1024 * 1024;
    private const int MaxWaitMsLimit = 30_000;

    public async Task GetAsync(HttpContext context)
    {
        string topic = access.Readable(context);
        int partition = RequestParameters.Partition(context);
        int maxBytes = RequestParameters.Number(context, "max_bytes", MaxBytesDefault, 1, MaxBytesLimit);
        int maxWaitMs = RequestParameters.Number(context, "max_wait_ms", 0, 0, MaxWaitMsLimit);
        var wanted = new TopicPartition(topic, partition);
        string start = RequestParameters.Query(context, "offset") ?? Earliest;
        Offset from = await FindStartAsync(wanted, start, context.RequestAborted);

        FetchReply reply = await FetchAsync(wanted, from, maxBytes, maxWaitMs, context.RequestAborted);
        while (reply.Error == ErrorCode.OffsetOutOfRange && start == Earliest && reply.LogStartOffset > from)
        {
            // What was the oldest record a moment ago has been deleted since.
            reply.Data.Dispose();
            from = reply.LogStartOffset;
            reply = await FetchAsync(wanted, from, maxBytes, maxWaitMs, context.RequestAborted);
        }
        using RecordData data = reply.Data;
        ThrowIfFailed(reply);
        if (RecordPage.CheckBatches(data.Bytes.Span) is { } damage)
        {
            RequestException.Throw(GatewayErrors.Of(ErrorCode.CorruptMessage, $"The records from offset {from} on cannot be read: {damage}"));
        }
        context.Response.ContentType = "application/json";
        await new RecordPage(partition, from, reply).WriteAsync(context.Response.BodyWriter, context.RequestAborted);
    }

    private async Task<Offset> FindStartAsync(TopicPartition partition, string text, CancellationToken stop)
    {
        switch (text)
        {
            case Earliest:
                return await reads.RequireOffsetAsync(partition, OffsetTimestamps.Earliest, stop);
            case "latest":
                return await reads.RequireOffsetAsync(partition, OffsetTimestamps.Latest, stop);
        }
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long offset))
        {
            RequestException.Throw(GatewayErrors.InvalidRequest(
                $"The parameter offset is '{text}': it takes a number from 0 on, 'earliest' or 'latest'."));
        }
        return new Offset(offset);
    }

    /// <summary>One call of a grain waits less long than a client may ask for, so there may be several.</summary>
    private async Task<FetchReply> FetchAsync(TopicPartition partition, Offset from, int maxBytes, int maxWaitMs, CancellationToken stop)
    {
        long start = time.GetTimestamp();
        while (true)
        {
            int leftMs = Math.Max(0, maxWaitMs - (int)time.GetElapsedTime(start).TotalMilliseconds);
            int waitMs = Math.Min(leftMs, FetchRequest.MaxWaitMsLimit);
            FetchReply reply = await reads.FetchAsync(partition, new FetchRequest(from, maxBytes, waitMs), stop);
            if (reply.Error != ErrorCode.None || !reply.Data.Bytes.IsEmpty || leftMs == waitMs)
            {
                return reply;
            }
        }
    }

    private static void ThrowIfFailed(FetchReply reply)
    {
        if (reply.Error == ErrorCode.None)
        {
            return;
        }
        GatewayError error = GatewayErrors.Of(reply.Error, reply.Message);
        RequestException.Throw(reply.Error switch
        {
            ErrorCode.OffsetOutOfRange => error with
            {
                Extensions = [("log_start_offset", reply.LogStartOffset.Value), ("high_watermark", reply.HighWatermark.Value)],
            },
            ErrorCode.CorruptMessage when reply.SkipTo != Offset.None => error with { Extensions = [("skip_to", reply.SkipTo.Value)] },
            _ => error,
        });
    }
}
