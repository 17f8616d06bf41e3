using StreamCoord.Partitions;
using StreamCoord.Records;
using StreamCoord.Topics;

namespace StreamCoord.Gateway.Http.Tests.Fakes;

/// <summary>A partition in memory: checks batches as the leader does and keeps their bytes. Hooks let a test slow it down or break it.</summary>
public sealed class FakePartition(FakeCluster cluster, string topic, int partition) : IPartitionGrain
{
    private readonly Lock _gate = new();
    private readonly List<byte[]> _batches = [];
    private TaskCompletionSource _changed = NewSignal();
    private long _next;
    private long _logStart;
    private int _appendsInFlight;

    /// <summary>Awaited by each append before it does anything.</summary>
    public Func<Task>? BeforeAppend { get; set; }

    /// <summary>Answers an append instead of carrying it out, unless it returns null.</summary>
    public Func<AppendRequest, AppendReply?>? AnswerAppend { get; set; }

    /// <summary>Answers a fetch instead of carrying it out, unless it returns null.</summary>
    public Func<FetchRequest, FetchReply?>? AnswerFetch { get; set; }

    /// <summary>How many appends were carried out.</summary>
    public int AppendCount { get; private set; }

    /// <summary>How many appends were there at once, at most.</summary>
    public int AppendsAtOnceMax { get; private set; }

    /// <summary>The sizes of the batches appended.</summary>
    public IReadOnlyList<int> BatchSizes => [.. _batches.Select(batch => batch.Length)];

    /// <summary>Every value appended, in order, as text.</summary>
    public List<string> Values => [.. Records().Select(record => record.Value is null ? "null" : System.Text.Encoding.UTF8.GetString(record.Value))];

    public List<(byte[]? Key, byte[]? Value, long TimestampMs, List<(string, byte[]?)> Headers)> Records()
    {
        var records = new List<(byte[]?, byte[]?, long, List<(string, byte[]?)>)>();
        foreach (byte[] batch in _batches)
        {
            using var reader = new RecordReader(batch);
            while (reader.MoveNext(out RecordView record))
            {
                var headers = new List<(string, byte[]?)>();
                foreach (RecordHeaderView header in record.Headers)
                {
                    headers.Add((header.Name, header.Value.ToArray()));
                }
                records.Add((record.Key.ToArray(), record.Value.ToArray(), record.TimestampMs, headers));
            }
        }
        return records;
    }

    /// <summary>Appends a batch of text values, directly.</summary>
    public void Add(params string?[] values)
    {
        using var builder = new RecordBatchBuilder();
        foreach (string? value in values)
        {
            builder.Append(1_700_000_000_000, NullableBytes.Null, value is null ? null : System.Text.Encoding.UTF8.GetBytes(value));
        }
        using RecordData data = builder.Build();
        AddBatch(data.Bytes.ToArray());
    }

    /// <summary>Appends a batch as it is, but for the base offset.</summary>
    public void AddBatch(byte[] batch)
    {
        lock (_gate)
        {
            BatchPatch.SetBaseOffset(batch, new Offset(_next));
            Assert.True(BatchHeader.TryRead(batch, out BatchHeader header));
            _batches.Add(batch);
            _next = header.NextOffset.Value;
            _changed.TrySetResult();
            _changed = NewSignal();
        }
    }

    /// <summary>Takes records away from the start.</summary>
    public void TrimTo(long offset) => _logStart = offset;

    public Task<TermReply> BeginTerm() => throw new NotSupportedException();

    public async Task<AppendReply> Append(AppendRequest request)
    {
        cluster.ThrowIfFailing();
        AppendsAtOnceMax = Math.Max(AppendsAtOnceMax, Interlocked.Increment(ref _appendsInFlight));
        try
        {
            await (BeforeAppend?.Invoke() ?? Task.CompletedTask);
            Assert.Equal(RequiredAcks.All, request.Acks);
            return AnswerAppend?.Invoke(request) ?? Write(request.Data.Bytes.ToArray());
        }
        finally
        {
            Interlocked.Decrement(ref _appendsInFlight);
        }
    }

    public async Task<FetchReply> Fetch(FetchRequest request)
    {
        cluster.ThrowIfFailing();
        Assert.InRange(request.MaxWaitMs, 0, FetchRequest.MaxWaitMsLimit);
        if (AnswerFetch?.Invoke(request) is { } answer)
        {
            return answer;
        }
        if (!cluster.Topic(topic).HasPartition(partition))
        {
            return new FetchReply(ErrorCode.UnknownTopicOrPartition, $"There is no partition {topic}/{partition}.", RecordData.Empty, Offset.None, Offset.None, Offset.None);
        }
        Task changed;
        lock (_gate)
        {
            changed = _changed.Task;
        }
        if (request.MaxWaitMs > 0 && request.From.Value == _next)
        {
            await Task.WhenAny(changed, Task.Delay(TimeSpan.FromMilliseconds(request.MaxWaitMs), TimeProvider.System));
        }
        lock (_gate)
        {
            return Read(request);
        }
    }

    public Task<EpochEndReply> FindEpochEnd(LeaderEpoch epoch, LeaderEpoch currentEpoch) => throw new NotSupportedException();

    public Task<ProducersReply> DescribeProducers() => throw new NotSupportedException();

    public Task<MarkerReply> WriteMarker(ProducerMarker marker) => throw new NotSupportedException();

    public Task<OffsetReply> FindOffset(long timestampMs, IsolationLevel isolation = IsolationLevel.ReadUncommitted)
    {
        cluster.ThrowIfFailing();
        if (!cluster.Topic(topic).HasPartition(partition))
        {
            return Task.FromResult(new OffsetReply(ErrorCode.UnknownTopicOrPartition, $"There is no partition {topic}/{partition}.", Offset.None, -1, LeaderEpoch.Unknown));
        }
        long offset = timestampMs == OffsetTimestamps.Earliest ? _logStart : _next;
        return Task.FromResult(new OffsetReply(ErrorCode.None, null, new Offset(offset), -1, new LeaderEpoch(0)));
    }

    public Task<DeleteRecordsReply> DeleteRecords(Offset before) => throw new NotSupportedException();

    public Task<PartitionDescription> Describe() => throw new NotSupportedException();

    public Task<VerifyReply> Verify() => throw new NotSupportedException();

    public Task Maintain() => throw new NotSupportedException();

    public Task Reconfigure() => throw new NotSupportedException();

    public Task Remove(TopicId topicId) => throw new NotSupportedException();

    private AppendReply Write(byte[] bytes)
    {
        IReadOnlyDictionary<string, string> configs = cluster.Topic(topic).Configs;
        var rules = new BatchRules
        {
            BatchSizeBytesMax = (int)TopicConfigs.Number(configs, TopicConfigs.MaxMessageBytes),
            RequiresKey = TopicConfigs.Value(configs, TopicConfigs.CleanupPolicy) == "compact",
        };
        BatchCheckResult check = BatchValidator.Check(bytes, rules);
        if (!check.IsValid)
        {
            return AppendReply.Refused(check.Error, check.Message);
        }
        AddBatch(bytes);
        AppendCount++;
        Assert.True(BatchHeader.TryRead(bytes, out BatchHeader header));
        return new AppendReply(ErrorCode.None, null, header.BaseOffset, header.LastOffset, -1, new Offset(_logStart));
    }

    private FetchReply Read(FetchRequest request)
    {
        (var highWatermark, var logStart) = (new Offset(_next), new Offset(_logStart));
        if (request.From < logStart || request.From > highWatermark)
        {
            return new FetchReply(ErrorCode.OffsetOutOfRange, $"Offset {request.From} is out of range.", RecordData.Empty, highWatermark, logStart, Offset.None);
        }
        var bytes = new List<byte>();
        foreach (byte[] batch in _batches)
        {
            Assert.True(BatchHeader.TryRead(batch, out BatchHeader header));
            if (header.LastOffset >= request.From && (bytes.Count == 0 || bytes.Count + batch.Length <= request.MaxBytes))
            {
                bytes.AddRange(batch);
            }
        }
        return new FetchReply(ErrorCode.None, null, new RecordData(bytes.ToArray()), highWatermark, logStart, Offset.None);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
