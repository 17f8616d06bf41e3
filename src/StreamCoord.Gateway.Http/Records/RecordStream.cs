using System.IO.Pipelines;
using System.Threading.Channels;
using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Gateway.Http.Resources;
using StreamCoord.Partitions;
using StreamCoord.Records;
using StreamCoord.Topics;

namespace StreamCoord.Gateway.Http.Records;

/// <summary>
/// One client's live stream of a topic: a tail for each partition, also for those added later, and one writer. Ends when it is
/// stopped, or when the topic is gone. Used by one request.
/// </summary>
internal sealed class RecordStream(IGrainFactory grains, string topic, PipeWriter output, TimeProvider time, TimeSpan heartbeat)
{
    private const int BufferedRepliesMax = 4;
    private const int FetchBytesMax = 1024 * 1024;
    private const int FetchBytesMin = 16 * 1024;
    private const int FetchBytesOfAllPartitions = 8 * 1024 * 1024;

    private readonly Channel<StreamItem> _items = Channel.CreateBounded<StreamItem>(new BoundedChannelOptions(BufferedRepliesMax) { SingleReader = true });
    private readonly List<Task> _tails = [];

    /// <summary>Streams until <paramref name="stop"/>, which ends it without an exception.</summary>
    /// <param name="partitionCount">The topic's partitions now.</param>
    /// <param name="position">Where to begin; partitions that it does not name begin with their first record.</param>
    /// <param name="stop">Set when the client is gone or the service stops.</param>
    public async Task RunAsync(int partitionCount, StreamPosition position, CancellationToken stop)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        AddTails(partitionCount, partition => position[partition] ?? Offset.Zero, ended.Token);
        Task heartbeats = BeatAsync(ended.Token);
        try
        {
            await WriteAsync(position, ended.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The usual end of a stream.
        }
        finally
        {
            await ended.CancelAsync();
            await heartbeats.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Task.WhenAll(_tails).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void AddTails(int partitionCount, Func<int, Offset> startOf, CancellationToken stop)
    {
        int maxBytes = Math.Clamp(FetchBytesOfAllPartitions / Math.Max(1, partitionCount), FetchBytesMin, FetchBytesMax);
        for (int partition = _tails.Count; partition < partitionCount; partition++)
        {
            var tail = new PartitionTail(TopicLookup.Leader(grains, topic, partition), partition, maxBytes, _items.Writer, time);
            _tails.Add(tail.RunAsync(startOf(partition), stop));
        }
    }

    private async Task BeatAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(heartbeat, time);
        while (await timer.WaitForNextTickAsync(stop))
        {
            await _items.Writer.WriteAsync(StreamItem.Heartbeat, stop);
            int partitionCount = await CountPartitionsAsync(stop);
            AddTails(partitionCount, _ => Offset.Zero, stop);
        }
    }

    /// <summary>How many partitions the topic has; as many as are followed when it cannot say now.</summary>
    private async Task<int> CountPartitionsAsync(CancellationToken stop)
    {
        try
        {
            TopicReply reply = await grains.GetGrain<ITopicGrain>(topic).Describe().WaitAsync(stop);
            return reply.Topic?.Partitions.Count ?? _tails.Count;
        }
        catch (Exception exception) when (exception is not OperationCanceledException && FailureTranslation.Expected(exception) is { IsRetriable: true })
        {
            return _tails.Count;
        }
    }

    private async Task WriteAsync(StreamPosition position, CancellationToken stop)
    {
        using var events = new EventWriter(position);
        events.WriteComment($"topic {topic}");
        await SendAsync(events, stop);
        await foreach (StreamItem item in _items.Reader.ReadAllAsync(stop))
        {
            if (item.Reply is not { } reply)
            {
                events.WriteComment("heartbeat");
            }
            else if (reply.Error == ErrorCode.OffsetOutOfRange || (reply.Error == ErrorCode.CorruptMessage && reply.SkipTo != Offset.None))
            {
                events.WriteGap(item.Partition, reply);
            }
            else if (reply.Error != ErrorCode.None)
            {
                events.WriteComment($"The stream ends: {reply.Message}");
                await SendAsync(events, stop);
                return;
            }
            else
            {
                await WriteRecordsAsync(events, item.Partition, reply, stop);
            }
            await SendAsync(events, stop);
        }
    }

    private async Task WriteRecordsAsync(EventWriter events, int partition, FetchReply reply, CancellationToken stop)
    {
        using RecordData data = reply.Data;
        ReadOnlyMemory<byte> rest = data.Bytes;
        while (BatchHeader.TryRead(rest.Span, out BatchHeader header) && header.SizeBytes <= rest.Length)
        {
            events.WriteBatch(partition, rest.Span[..header.SizeBytes], reply.HighWatermark);
            rest = rest[header.SizeBytes..];
            await SendAsync(events, stop);
        }
    }

    private async Task SendAsync(EventWriter events, CancellationToken stop)
    {
        await output.WriteAsync(events.Written, stop);
        events.Clear();
    }
}
