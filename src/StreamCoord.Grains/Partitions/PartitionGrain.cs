using System.Data.Common;
using Orleans.Concurrency;
using StreamCoord.Grains.Cluster;
using StreamCoord.Grains.Coordinators;
using StreamCoord.Grains.Leadership;
using StreamCoord.Grains.Replicas;
using StreamCoord.Grains.Transactions;
using StreamCoord.Grains.ZNodes;
using StreamCoord.Log;
using StreamCoord.Log.Epochs;
using StreamCoord.Log.Storage;
using StreamCoord.Partitions;
using StreamCoord.Topics;
using StreamCoord.Transactions;

namespace StreamCoord.Grains.Partitions;

/// <summary>
/// The way to one partition from this silo: where its leader is here, calls are passed on to that copy, else to the silo that leads. It decides nothing about records.
/// </summary>
/// <remarks>
/// Reentrant, because a grain that is not would hold every append behind the flush of the one before. Interleaved calls share <c>_topicId</c>, <c>_config</c> and <c>_replica</c>, which change only between awaits. How many
/// activations there are makes no difference: what leads is the silo's <see cref="PartitionReplica"/>, and the leadership table says whether it does.
/// </remarks>
[Reentrant, SiloLocalPlacement, GrainType(IPartitionGrain.GrainType)]
internal class PartitionGrain(PartitionParts parts) : Grain, IPartitionGrain
{
    private TopicPartition _partition;
    private PartitionReplica? _replica;
    private TopicId? _topicId;

    /// <summary>The partition, as the grain's key names it.</summary>
    protected virtual string PartitionKey => this.GetPrimaryKeyString();

    /// <summary>Whether calls may go on to another silo.</summary>
    protected virtual bool PassesOn => true;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        string key = PartitionKey;
        _partition = TopicPartition.TryParse(key, out TopicPartition partition) ? partition : new TopicPartition(key, -1);
        return LoadTopicAsync();
    }

    /// <inheritdoc/>
    public Task<AppendReply> Append(AppendRequest request) => RunAsync(
        LeadAsync,
        replica => replica.CheckAppend(request.Acks) is var (error, message) ? Task.FromResult(AppendReply.Refused(error, message)) : AppendTo(replica.Log, request),
        leader => leader.Append(request),
        AppendReply.Refused);

    /// <inheritdoc/>
    public async Task<TermReply> BeginTerm()
    {
        Access access = await LeadAsync(isNewTerm: true);
        return access.Replica is null ? new TermReply(access.Error, access.Message, LeaderEpoch.Unknown, Offset.None) : new TermReply(ErrorCode.None, null, access.Epoch, access.EndOffset);
    }

    /// <inheritdoc/>
    public Task<FetchReply> Fetch(FetchRequest request) => RunAsync(
        ServeAsync,
        async replica =>
        {
            PartitionLog log = replica.Log;
            if (request.MaxWaitMs > 0 && request.From >= log.ReadableEnd(request.Isolation) && request.From <= log.HighWatermark)
            {
                await WaitForRecordsAsync(log, request);
            }
            return await log.ReadAsync(request.From, request.MaxBytes, request.Isolation);
        },
        leader => leader.Fetch(request),
        PartitionFailures.RefuseFetch);

    /// <inheritdoc/>
    public Task<OffsetReply> FindOffset(long timestampMs, IsolationLevel isolation = IsolationLevel.ReadUncommitted) => RunAsync(
        ServeAsync,
        replica => replica.Log.FindOffsetAsync(timestampMs, isolation),
        leader => leader.FindOffset(timestampMs, isolation),
        (error, message) => new OffsetReply(error, message, Offset.None, -1, LeaderEpoch.Unknown));

    /// <inheritdoc/>
    public Task<MarkerReply> WriteMarker(ProducerMarker marker) => FindMarked() is { } marked
        ? marked.WriteMarkerAsync(_partition.Partition, marker)
        : RunAsync(
            LeadAsync,
            async replica =>
            {
                AppendReply reply = replica.CheckAppend(RequiredAcks.All) is var (error, message) ? AppendReply.Refused(error, message) : await replica.Log.AppendMarkerAsync(marker);
                return new MarkerReply(reply.Error, reply.Message);
            },
            leader => leader.WriteMarker(marker),
            (error, message) => new MarkerReply(error, message));

    /// <inheritdoc/>
    public Task<DeleteRecordsReply> DeleteRecords(Offset before) => RunAsync(
        ServeAsync,
        replica => replica.Log.DeleteRecordsAsync(before),
        leader => leader.DeleteRecords(before),
        (error, message) => new DeleteRecordsReply(error, message, Offset.None));

    /// <inheritdoc/>
    public Task<EpochEndReply> FindEpochEnd(LeaderEpoch epoch, LeaderEpoch currentEpoch) => RunAsync(
        ServeAsync,
        async replica =>
        {
            PartitionLog log = replica.Log;
            if (CheckEpoch(log, currentEpoch) is { } refusal)
            {
                return refusal;
            }
            EpochStart end = await log.FindEpochEndAsync(epoch);
            return new EpochEndReply(ErrorCode.None, null, end.Epoch, end.StartOffset);
        },
        leader => leader.FindEpochEnd(epoch, currentEpoch),
        RefuseEpochEnd);

    /// <inheritdoc/>
    public Task<ProducersReply> DescribeProducers() => RunAsync(
        ServeAsync,
        async replica => new ProducersReply(ErrorCode.None, null, await replica.Log.ReadProducersAsync()),
        leader => leader.DescribeProducers(),
        (error, message) => new ProducersReply(error, message, []));

    /// <inheritdoc/>
    public Task<PartitionDescription> Describe() => RunAsync(
        ServeAsync,
        async replica =>
        {
            PartitionLog log = replica.Log;
            (long sizeBytes, int segmentCount) = await log.MeasureAsync();
            return new PartitionDescription(
                ErrorCode.None, null, log.Epoch, log.StartOffset, log.HighWatermark, log.EndOffset, sizeBytes, segmentCount);
        },
        leader => leader.Describe(),
        (error, message) => new PartitionDescription(error, message, LeaderEpoch.Unknown, Offset.None, Offset.None, Offset.None, 0, 0));

    /// <inheritdoc/>
    public Task<VerifyReply> Verify() => RunAsync(
        ServeAsync, replica => replica.Log.VerifyAsync(), leader => leader.Verify(), (error, message) => new VerifyReply(error, message, 0, 0, []));

    /// <inheritdoc/>
    public Task Maintain() => RunAsync(
        ServeAsync,
        async replica =>
        {
            await replica.Log.MaintainAsync();
            return true;
        },
        async leader =>
        {
            await leader.Maintain();
            return true;
        },
        (_, _) => false);

    /// <inheritdoc/>
    public Task Reconfigure() => LoadTopicAsync();

    /// <inheritdoc/>
    public async Task Remove(TopicId topicId)
    {
        if (topicId == _topicId)
        {
            (_topicId, _replica) = (null, null);
            DelayDeactivation(TimeSpan.Zero);
        }
        await parts.Replicas.DeleteEverywhereAsync(topicId, _partition.Partition);
    }

    private Task<AppendReply> AppendTo(PartitionLog log, AppendRequest request) => TopicName.IsInternal(_partition.Topic) && request.Term is null
        ? Task.FromResult(AppendReply.Refused(ErrorCode.InvalidTopicException,
            $"'{_partition.Topic}' is a topic that the service keeps for itself: clients cannot write to it."))
        : request.TransactionalId is { } transactionalId
            ? AppendInTransactionAsync(log, request, transactionalId)
            : log.AppendAsync(request.Data, request.Acks, request.Term);

    private async Task<AppendReply> AppendInTransactionAsync(PartitionLog log, AppendRequest request, string transactionalId)
    {
        TransactionReply admitted = await TransactionInquiry.AdmitAsync(log.Transactions, GrainFactory, transactionalId, request.Data.Bytes, _partition, enters: true);
        return admitted.Error == ErrorCode.None
            ? await log.AppendAsync(request.Data, request.Acks, request.Term)
            : AppendReply.Refused(admitted.Error, admitted.Message ?? admitted.Error.WireName());
    }

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

    private IMarkedTopic? FindMarked() => parts.MarkedTopics.FirstOrDefault(topic => topic.TopicName == _partition.Topic && _replica is { IsLeading: true });

    private async Task LoadTopicAsync()
    {
        (_topicId, _replica) = (null, null);
        TopicReply reply = await GrainFactory.GetGrain<ITopicGrain>(_partition.Topic).Describe();
        parts.Locals.Learn(_partition.Topic, reply.Topic?.TopicId);
        if (reply.Topic is { } topic && _partition.Partition >= 0 && _partition.Partition < topic.Partitions.Count)
        {
            _replica = await FindReplicaAsync(topic.TopicId);
            _replica?.Configure(LogConfig.From(topic.Configs));
            _topicId = topic.TopicId;
            // What is used stays; a name somebody made up goes after a while, as any idle grain.
            DelayDeactivation(Timeout.InfiniteTimeSpan);
        }
    }

    // It is found by the topic's name from now on, whenever it leads: it may take over without a call of this grain.
    private async Task<PartitionReplica?> FindReplicaAsync(TopicId topicId)
    {
        PartitionReplica? replica = await parts.Replicas.FindAsync(topicId, _partition.Partition);
        if (replica is not null)
        {
            parts.Locals.Add(_partition, replica);
        }
        return replica;
    }

    // Every failure that a caller must expect becomes a refusal here, and nowhere else.
    private async Task<T> RunAsync<T>(
        Func<ValueTask<Access>> enter, Func<PartitionReplica, Task<T>> action, Func<IPartitionGrain, Task<T>> passOn, Func<ErrorCode, string, T> refuse)
    {
        Access access = await enter();
        if (access.Replica is { } replica)
        {
            return await PartitionFailures.GuardAsync(_partition, () => action(replica), refuse);
        }
        if (access.Leader is not { } leader || !PassesOn)
        {
            return refuse(access.Error, access.Message);
        }
        try
        {
            return await passOn(GrainFactory.GetGrain<ILedPartitionGrain>(NodeKey.Of(leader, _partition.ToString())));
        }
        catch (Exception failure) when (failure is OrleansException or TimeoutException)
        {
            return refuse(ErrorCode.NotLeaderOrFollower, $"Node {leader}, which leads {_partition}, could not be reached: {failure.Message}");
        }
    }

    // For what writes nothing: a leader that cannot get a new epoch, because its disk is full, still answers reads.
    private async ValueTask<Access> ServeAsync()
    {
        Access access = _replica is { IsLeading: true } leading ? Access.To(leading) : await LeadAsync();
        return access.Replica?.CheckRead() is var (error, message) ? Access.Refused(error, message) : access;
    }

    private ValueTask<Access> LeadAsync() => _replica is { IsLeading: true, Log.NeedsEpoch: false } leading ? new(Access.To(leading)) : LeadAsync(isNewTerm: false);

    private async ValueTask<Access> LeadAsync(bool isNewTerm)
    {
        if (_topicId is null || _replica is { IsRemoved: true })
        {
            await LoadTopicAsync();
        }
        if (_topicId is not { } topicId)
        {
            return Access.Refused(ErrorCode.UnknownTopicOrPartition, $"There is no partition {_partition.Partition} of a topic '{_partition.Topic}'.");
        }
        try
        {
            _replica ??= await FindReplicaAsync(topicId);
            return _replica is { MayLead: true } replica ? await LeadAsync(replica, isNewTerm) : await FindLeaderAsync(topicId);
        }
        catch (IOException exception)
        {
            return Access.Refused(ErrorCode.KafkaStorageError, DiskErrors.Describe(exception));
        }
        catch (DbException exception)
        {
            return Access.Refused(ErrorCode.KafkaStorageError, $"The leadership table cannot be written: {exception.Message}. Send it again when the database can.");
        }
        catch (LeadershipRefusedException exception)
        {
            return Access.Refused(ErrorCode.NotLeaderOrFollower, exception.Message);
        }
    }

    private async Task<Access> LeadAsync(PartitionReplica replica, bool isNewTerm)
    {
        (LeaderEpoch epoch, Offset end) = await replica.LeadAsync(isNewTerm);
        parts.Locals.Add(_partition, replica);
        return Access.To(replica) with { Epoch = epoch, EndOffset = end };
    }

    private async Task<Access> FindLeaderAsync(TopicId topicId)
    {
        LeadershipRow? row = await parts.Replicas.FindRowAsync(topicId, _partition.Partition);
        if (row is null)
        {
            _topicId = null;
        }
        NodeId? leader = row?.LeaderNode ?? row?.InSync.Members[0].Node;
        return new Access(
            null, leader == parts.Replicas.Self ? null : leader, ErrorCode.NotLeaderOrFollower, $"{_partition} is led by node {leader?.ToString() ?? "none"}, and this is node {parts.Replicas.Self}. Ask for the metadata anew.");
    }

    private async Task WaitForRecordsAsync(PartitionLog log, FetchRequest request)
    {
        using var timeout = new CancellationTokenSource(
            TimeSpan.FromMilliseconds(Math.Min(request.MaxWaitMs, FetchRequest.MaxWaitMsLimit)), parts.Time);
        try
        {
            await log.WaitForRecordsAsync(request.From, request.Isolation, timeout.Token);
        }
        catch (OperationCanceledException)
        {
            // Nothing came: the reply says so by being empty.
        }
    }

    /// <summary>What a call finds: the copy that leads here, or who leads elsewhere, or why neither.</summary>
    private readonly record struct Access(PartitionReplica? Replica, NodeId? Leader, ErrorCode Error, string Message)
    {
        /// <summary>The term, when it was begun for this call.</summary>
        public LeaderEpoch Epoch { get; init; }

        /// <summary>Where the log ended when that term began.</summary>
        public Offset EndOffset { get; init; }

        public static Access To(PartitionReplica replica) => new(replica, null, ErrorCode.None, "");

        public static Access Refused(ErrorCode error, string message) => new(null, null, error, message);
    }
}
