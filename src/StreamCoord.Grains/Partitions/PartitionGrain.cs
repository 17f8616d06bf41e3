using System.Data.Common;
using Orleans.Concurrency;
using Orleans.Placement;
using StreamCoord.Grains.Coordinators;
using StreamCoord.Grains.Leadership;
using StreamCoord.Log;
using StreamCoord.Log.Epochs;
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
internal sealed class PartitionGrain(LogManager logs, LeadershipClaims claims, LocalPartitions locals, IEnumerable<IMarkedTopic> markedTopics, TimeProvider time) : Grain, IPartitionGrain
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
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_log is { } log)
        {
            locals.Remove(_partition, log);
        }
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<AppendReply> Append(AppendRequest request) => RunAsync(
        LeadAsync(),
        log => request.Acks == RequiredAcks.All && log.Config.MinInsyncReplicas > 1
            ? Task.FromResult(AppendReply.Refused(ErrorCode.NotEnoughReplicas,
                $"{_partition} has 1 in-sync replica, its topic's min.insync.replicas is {log.Config.MinInsyncReplicas}."))
            : AppendTo(log, request),
        AppendReply.Refused);

    /// <inheritdoc/>
    public Task<TermReply> BeginTerm() => RunAsync(
        LeadAsync(isNewTerm: true),
        log => Task.FromResult(new TermReply(ErrorCode.None, null, log.Epoch, log.EndOffset)),
        (error, message) => new TermReply(error, message, LeaderEpoch.Unknown, Offset.None));

    /// <inheritdoc/>
    public Task<FetchReply> Fetch(FetchRequest request) => RunAsync(
        ServeAsync(),
        async log =>
        {
            if (request.MaxWaitMs > 0 && request.From >= log.ReadableEnd(request.Isolation) && request.From <= log.HighWatermark)
            {
                await WaitForRecordsAsync(log, request);
            }
            return await log.ReadAsync(request.From, request.MaxBytes, request.Isolation);
        },
        PartitionFailures.RefuseFetch);

    /// <inheritdoc/>
    public Task<OffsetReply> FindOffset(long timestampMs, IsolationLevel isolation = IsolationLevel.ReadUncommitted) => RunAsync(
        ServeAsync(),
        log => log.FindOffsetAsync(timestampMs, isolation),
        (error, message) => new OffsetReply(error, message, Offset.None, -1, LeaderEpoch.Unknown));

    /// <inheritdoc/>
    public Task<MarkerReply> WriteMarker(ProducerMarker marker) => markedTopics.FirstOrDefault(topic => topic.TopicName == _partition.Topic) is { } marked
        ? marked.WriteMarkerAsync(_partition.Partition, marker)
        : RunAsync(
            LeadAsync(),
            async log =>
            {
                AppendReply reply = await log.AppendMarkerAsync(marker);
                return new MarkerReply(reply.Error, reply.Message);
            },
            (error, message) => new MarkerReply(error, message));

    /// <inheritdoc/>
    public Task<DeleteRecordsReply> DeleteRecords(Offset before) => RunAsync(
        ServeAsync(),
        log => log.DeleteRecordsAsync(before),
        (error, message) => new DeleteRecordsReply(error, message, Offset.None));

    /// <inheritdoc/>
    public Task<EpochEndReply> FindEpochEnd(LeaderEpoch epoch, LeaderEpoch currentEpoch) => RunAsync(
        ServeAsync(),
        async log =>
        {
            if (CheckEpoch(log, currentEpoch) is { } refusal)
            {
                return refusal;
            }
            EpochStart end = await log.FindEpochEndAsync(epoch);
            return new EpochEndReply(ErrorCode.None, null, end.Epoch, end.StartOffset);
        },
        RefuseEpochEnd);

    /// <inheritdoc/>
    public Task<ProducersReply> DescribeProducers() => RunAsync(
        ServeAsync(),
        async log => new ProducersReply(ErrorCode.None, null, await log.ReadProducersAsync()),
        (error, message) => new ProducersReply(error, message, []));

    /// <inheritdoc/>
    public Task<PartitionDescription> Describe() => RunAsync(
        ServeAsync(),
        async log =>
        {
            (long sizeBytes, int segmentCount) = await log.MeasureAsync();
            return new PartitionDescription(
                ErrorCode.None, null, log.Epoch, log.StartOffset, log.HighWatermark, log.EndOffset, sizeBytes, segmentCount);
        },
        (error, message) => new PartitionDescription(error, message, LeaderEpoch.Unknown, Offset.None, Offset.None, Offset.None, 0, 0));

    /// <inheritdoc/>
    public Task<VerifyReply> Verify() => RunAsync(
        ServeAsync(), log => log.VerifyAsync(), (error, message) => new VerifyReply(error, message, 0, 0, []));

    /// <inheritdoc/>
    public Task Maintain() => RunAsync(
        ServeAsync(),
        async log =>
        {
            await log.MaintainAsync();
            return true;
        },
        (_, _) => false);

    /// <inheritdoc/>
    public Task Reconfigure() => LoadTopicAsync();

    /// <inheritdoc/>
    public async Task Remove(TopicId topicId)
    {
        if (topicId == _topicId && _log is { } log)
        {
            locals.Remove(_partition, log);
            _log = null;
            _isLeading = false;
            DelayDeactivation(TimeSpan.Zero);
        }
        await logs.RemoveAsync(topicId, _partition.Partition);
    }

    private Task<AppendReply> AppendTo(PartitionLog log, AppendRequest request) => TopicName.IsInternal(_partition.Topic) && request.Term is null
        ? Task.FromResult(AppendReply.Refused(ErrorCode.InvalidTopicException,
            $"'{_partition.Topic}' is a topic that the service keeps for itself: clients cannot write to it."))
        : log.AppendAsync(request.Data, request.Acks, request.Term);

    // A leader whose disk failed has no epoch until it claims the next one, and nothing to compare with.
    private EpochEndReply? CheckEpoch(PartitionLog log, LeaderEpoch currentEpoch)
    {
        LeaderEpoch serving = log.Epoch;
        return serving == LeaderEpoch.Unknown || currentEpoch == LeaderEpoch.Unknown || currentEpoch == serving
            ? null
            : currentEpoch < serving
                ? RefuseEpochEnd(ErrorCode.FencedLeaderEpoch, $"{_partition} is led in epoch {serving}, which is newer than {currentEpoch}. Ask for the metadata anew.")
                : RefuseEpochEnd(ErrorCode.UnknownLeaderEpoch, $"{_partition} is led in epoch {serving}; {currentEpoch} has not begun here.");
    }

    private static EpochEndReply RefuseEpochEnd(ErrorCode error, string message) => new(error, message, LeaderEpoch.Unknown, Offset.None);

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

    // Every failure that a caller must expect becomes a refusal here, and nowhere else.
    private async Task<T> RunAsync<T>(
        ValueTask<(PartitionLog? Log, ErrorCode Error, string Message)> leading, Func<PartitionLog, Task<T>> action, Func<ErrorCode, string, T> refuse)
    {
        (PartitionLog? log, ErrorCode error, string message) = await leading;
        if (log is null)
        {
            return refuse(error, message);
        }
        return await PartitionFailures.GuardAsync(_partition, () => action(log), refuse);
    }

    // For what writes nothing: a leader that cannot get a new epoch, because its disk is full, still answers reads.
    private ValueTask<(PartitionLog? Log, ErrorCode Error, string Message)> ServeAsync() =>
        _isLeading && _log is { } log ? new((log, ErrorCode.None, "")) : LeadAsync();

    private async ValueTask<(PartitionLog? Log, ErrorCode Error, string Message)> LeadAsync(bool isNewTerm = false)
    {
        if (_log is null)
        {
            await LoadTopicAsync();
        }
        if (_log is not { } log)
        {
            return (null, ErrorCode.UnknownTopicOrPartition, $"There is no partition {_partition.Partition} of a topic '{_partition.Topic}'.");
        }
        if (_isLeading && !log.NeedsEpoch && !isNewTerm)
        {
            return (log, ErrorCode.None, "");
        }
        // A new term is nobody else's: it never shares a claim that is under way.
        while (isNewTerm && _claim is { } running)
        {
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            Release(running);
        }
        Task claim = _claim ??= ClaimAsync(log, isNewTerm);
        try
        {
            await claim;
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
            Release(claim);
        }
    }

    private void Release(Task claim)
    {
        if (ReferenceEquals(_claim, claim))
        {
            _claim = null;
        }
    }

    private async Task ClaimAsync(PartitionLog log, bool isNewTerm)
    {
        LeaderEpoch newest = await log.RecoverAsync();
        if (log.Epoch > newest)
        {
            newest = log.Epoch;
        }
        if (isNewTerm && newest == LeaderEpoch.Unknown)
        {
            // The term is the upper half of a coordinator's numbers, which begin above zero.
            newest = newest.Next();
        }
        LeaderEpoch epoch = await claims.ClaimAsync(_topicId, _partition.Partition, newest, CancellationToken.None);
        await log.BeginEpochAsync(epoch);
        _isLeading = true;
        locals.Add(_partition, log);
    }

    private async Task WaitForRecordsAsync(PartitionLog log, FetchRequest request)
    {
        using var timeout = new CancellationTokenSource(
            TimeSpan.FromMilliseconds(Math.Min(request.MaxWaitMs, FetchRequest.MaxWaitMsLimit)), time);
        try
        {
            await log.WaitForRecordsAsync(request.From, request.Isolation, timeout.Token);
        }
        catch (OperationCanceledException)
        {
            // Nothing came: the reply says so by being empty.
        }
    }
}
