using System.Data.Common;
using Orleans.Concurrency;
using Orleans.Placement;
using StreamCoord.Grains.Leadership;
using StreamCoord.Log;
using StreamCoord.Log.Storage;
using StreamCoord.Partitions;
using StreamCoord.Topics;

namespace StreamCoord.Grains.Partitions;

/// <summary>
/// The shell around one partition's log: finds out whose log it is, claims the leadership and passes calls on. It decides
/// nothing about records.
/// </summary>
/// <remarks>
/// Reentrant, because a grain that is not would hold every append behind the flush of the one before. Interleaved calls share
/// <c>_log</c>, <c>_isLeading</c> and <c>_claim</c>, which change only between awaits. A second activation, which Orleans does not rule
/// out, can do no harm: whoever claims the newer epoch in the leadership table is the leader, and a log takes no append in an
/// epoch that is not newer than those in it.
/// </remarks>
[Reentrant, Immovable]
public sealed class PartitionGrain(LogManager logs, LeadershipClaims claims, TimeProvider time) : Grain, IPartitionGrain
{
    private TopicPartition _partition;
    private PartitionLog? _log;
    private TopicId _topicId;
    private bool _isLeading;
    private Task? _claim;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        string key = this.GetPrimaryKeyString();
        _partition = TopicPartition.TryParse(key, out TopicPartition partition) ? partition : new TopicPartition(key, -1);
        return LoadTopicAsync();
    }

    /// <inheritdoc/>
    public async Task<AppendReply> Append(AppendRequest request)
    {
        (PartitionLog? log, ErrorCode error, string message) = await LeadAsync();
        if (log is null)
        {
            return AppendReply.Refused(error, message);
        }
        if (request.Acks == RequiredAcks.All && log.Config.MinInsyncReplicas > 1)
        {
            return AppendReply.Refused(ErrorCode.NotEnoughReplicas,
                $"{_partition} has 1 in-sync replica, its topic's min.insync.replicas is {log.Config.MinInsyncReplicas}.");
        }
        return await log.AppendAsync(request.Data, request.Acks);
    }

    /// <inheritdoc/>
    public async Task<FetchReply> Fetch(FetchRequest request)
    {
        (PartitionLog? log, ErrorCode error, string message) = await ServeAsync();
        if (log is null)
        {
            return new FetchReply(error, message, RecordData.Empty, Offset.None, Offset.None, Offset.None);
        }
        if (request.MaxWaitMs > 0 && request.From == log.HighWatermark)
        {
            await WaitForRecordsAsync(log, request);
        }
        return await log.ReadAsync(request.From, request.MaxBytes);
    }

    /// <inheritdoc/>
    public async Task<OffsetReply> FindOffset(long timestampMs)
    {
        (PartitionLog? log, ErrorCode error, string message) = await ServeAsync();
        return log is null
            ? new OffsetReply(error, message, Offset.None, -1, LeaderEpoch.Unknown)
            : await log.FindOffsetAsync(timestampMs);
    }

    /// <inheritdoc/>
    public async Task<DeleteRecordsReply> DeleteRecords(Offset before)
    {
        (PartitionLog? log, ErrorCode error, string message) = await ServeAsync();
        return log is null ? new DeleteRecordsReply(error, message, Offset.None) : await log.DeleteRecordsAsync(before);
    }

    /// <inheritdoc/>
    public async Task<PartitionDescription> Describe()
    {
        (PartitionLog? log, ErrorCode error, string message) = await ServeAsync();
        if (log is null)
        {
            return new PartitionDescription(error, message, LeaderEpoch.Unknown, Offset.None, Offset.None, Offset.None, 0, 0);
        }
        (long sizeBytes, int segmentCount) = await log.MeasureAsync();
        return new PartitionDescription(
            ErrorCode.None, null, log.Epoch, log.StartOffset, log.HighWatermark, log.EndOffset, sizeBytes, segmentCount);
    }

    /// <inheritdoc/>
    public async Task<VerifyReply> Verify()
    {
        (PartitionLog? log, ErrorCode error, string message) = await ServeAsync();
        return log is null ? new VerifyReply(error, message, 0, 0, []) : await log.VerifyAsync();
    }

    /// <inheritdoc/>
    public async Task Maintain()
    {
        (PartitionLog? log, _, _) = await ServeAsync();
        if (log is not null)
        {
            await log.MaintainAsync();
        }
    }

    /// <inheritdoc/>
    public Task Reconfigure() => LoadTopicAsync();

    /// <inheritdoc/>
    public async Task Remove(TopicId topicId)
    {
        if (topicId == _topicId)
        {
            _log = null;
            _isLeading = false;
            DelayDeactivation(TimeSpan.Zero);
        }
        await logs.RemoveAsync(topicId, _partition.Partition);
    }

    private async Task LoadTopicAsync()
    {
        TopicReply reply = await GrainFactory.GetGrain<ITopicGrain>(_partition.Topic).Describe();
        if (reply.Topic is { } topic && _partition.Partition >= 0 && _partition.Partition < topic.Partitions.Count)
        {
            _topicId = topic.TopicId;
            _log = logs.Get(topic.TopicId, _partition.Partition, LogConfig.From(topic.Configs));
            // A leader stays; a name somebody made up goes after a while, as any idle grain.
            DelayDeactivation(Timeout.InfiniteTimeSpan);
        }
    }

    // For what writes nothing: a leader that cannot get a new epoch, because its disk is full, still answers reads.
    private ValueTask<(PartitionLog? Log, ErrorCode Error, string Message)> ServeAsync() =>
        _isLeading && _log is { } log ? new((log, ErrorCode.None, "")) : LeadAsync();

    private async ValueTask<(PartitionLog? Log, ErrorCode Error, string Message)> LeadAsync()
    {
        if (_log is null)
        {
            await LoadTopicAsync();
        }
        if (_log is not { } log)
        {
            return (null, ErrorCode.UnknownTopicOrPartition, $"There is no partition {_partition.Partition} of a topic '{_partition.Topic}'.");
        }
        if (_isLeading && !log.NeedsEpoch)
        {
            return (log, ErrorCode.None, "");
        }
        try
        {
            await (_claim ??= ClaimAsync(log));
            return (log, ErrorCode.None, "");
        }
        catch (IOException exception)
        {
            return (null, ErrorCode.KafkaStorageError, DiskErrors.Describe(exception));
        }
        catch (DbException exception)
        {
            return (null, ErrorCode.KafkaStorageError, $"The leadership table cannot be written: {exception.Message}. Send it again when the database can.");
        }
        catch (LeadershipRefusedException exception)
        {
            return (null, ErrorCode.NotLeaderOrFollower, exception.Message);
        }
        finally
        {
            _claim = null;
        }
    }

    private async Task ClaimAsync(PartitionLog log)
    {
        LeaderEpoch newest = await log.RecoverAsync();
        LeaderEpoch epoch = await claims.ClaimAsync(_topicId, _partition.Partition, newest, CancellationToken.None);
        await log.BeginEpochAsync(epoch);
        _isLeading = true;
    }

    private async Task WaitForRecordsAsync(PartitionLog log, FetchRequest request)
    {
        using var timeout = new CancellationTokenSource(
            TimeSpan.FromMilliseconds(Math.Min(request.MaxWaitMs, FetchRequest.MaxWaitMsLimit)), time);
        try
        {
            await log.WaitForRecordsAsync(request.From, timeout.Token);
        }
        catch (OperationCanceledException)
        {
            // Nothing came: the reply says so by being empty.
        }
    }
}
