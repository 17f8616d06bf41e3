using StreamCoord.Partitions;
using StreamCoord.Records;

namespace StreamCoord.Log.Tests;

/// <summary>
/// A leader's log and a follower's, pushed to in pieces, with everything in between that happens to logs. The model knows up to where the follower's is the leader's, what is behind that is of
/// a leader that was deposed.
/// </summary>
internal sealed class ReplicationModel(LogHarness leader, LogHarness follower, Random random, bool compacts)
{
    private const int ProducerCount = 3;

    private readonly List<string> _trace = [];
    private readonly List<Task<AppendReply>> _waiting = [];
    private readonly Producer[] _producers = [.. Enumerable.Range(0, ProducerCount).Select(index => new Producer(index))];
    private Offset _matched = Offset.Zero;
    private Offset _durable = Offset.Zero;
    private Offset _committed = Offset.Zero;
    private bool _wasReset;

    public async Task StepAsync()
    {
        try
        {
            await RandomStepAsync();
            CheckPositions();
        }
        catch (Exception exception) when (exception is not InvalidOperationException)
        {
            throw new InvalidOperationException($"after {string.Join("; ", _trace.TakeLast(40))}", exception);
        }
    }

    /// <summary>Pushes until the follower has everything, and compares.</summary>
    public async Task FinishAsync()
    {
        try
        {
            await CatchUpAsync();
            await CompareAsync();
        }
        catch (Exception exception) when (exception is not InvalidOperationException)
        {
            throw new InvalidOperationException($"after {string.Join("; ", _trace.TakeLast(40))}", exception);
        }
    }

    private Task RandomStepAsync() => random.Next(100) switch
    {
        < 20 => AppendAsync(),
        < 32 => AppendInTransactionAsync(),
        < 40 => MarkAsync(),
        < 64 => PushAsync(),
        < 70 => CommitAsync(),
        < 73 => MaintainLeaderAsync(),
        < 75 => RestartLeaderAsync(),
        < 77 => EndTermAsync(),
        < 79 => CutLeaderAsync(),
        < 81 => DeleteRecordsAsync(),
        < 84 => PushOfDeposedLeaderAsync(),
        < 88 => CrashFollowerAsync(),
        < 91 => KillFollowerAsync(),
        < 94 => FailFollowerAsync(),
        < 96 => RestartFollowerAsync(),
        < 98 => CloseFollowerAsync(),
        _ => MaintainFollowerAsync(),
    };

    private void CheckPositions()
    {
        foreach (LogHarness harness in new[] { leader, follower })
        {
            Assert.InRange(harness.Log.HighWatermark.Value, harness.Log.StartOffset.Value, harness.Log.EndOffset.Value);
            Assert.InRange(harness.Log.LastStableOffset.Value, 0, harness.Log.HighWatermark.Value);
        }
        Assert.True(follower.Log.EndOffset >= _matched);
        foreach (Task<AppendReply> answered in _waiting.Where(task => task.IsCompleted))
        {
            AppendReply reply = answered.GetAwaiter().GetResult();
            Assert.Equal(ErrorCode.None, reply.Error);
            Assert.True(reply.LastOffset < _committed, $"{reply.LastOffset} was acknowledged, {_committed} is committed");
        }
        _waiting.RemoveAll(task => task.IsCompleted);
    }

    private Task AppendAsync()
    {
        int count = random.Next(1, 4);
        Trace($"append {count}");
        return SendAsync(() => leader.Log.AppendAsync(TestRecord.Batch(RandomRecords(count)), RequiredAcks.All), count);
    }

    private Task AppendInTransactionAsync()
    {
        Producer producer = _producers[random.Next(ProducerCount)];
        TransactionTests.Admit(leader, producer.Id, producer.Epoch);
        int count = random.Next(1, 4);
        Trace($"producer {producer.Id} append {count}");
        int sequence = producer.Sequence;
        producer.Sequence += count;
        return SendAsync(() => TransactionTests.AppendAsync(leader, producer.Id, producer.Epoch, sequence, RandomRecords(count)), count);
    }

    private Task MarkAsync() => MarkAsync(_producers[random.Next(ProducerCount)], random.Next(2) == 0);

    private Task MarkAsync(Producer producer, bool isCommit)
    {
        producer.Epoch++;
        producer.Sequence = 0;
        Trace($"producer {producer.Id} {(isCommit ? "commits" : "aborts")}");
        return SendAsync(() => TransactionTests.MarkAsync(leader, producer.Id, producer.Epoch, isCommit), 1);
    }

    // The reply comes with the commit: here only the write is waited for.
    private async Task SendAsync(Func<Task<AppendReply>> send, int count)
    {
        Offset end = leader.Log.EndOffset + count;
        Task<AppendReply> reply = send();
        while (leader.Log.FlushedOffset < end)
        {
            Assert.False(reply.IsCompleted && (await reply).Error != ErrorCode.None, reply.IsCompleted ? (await reply).Message : null);
            await Task.Yield();
        }
        _waiting.Add(reply);
    }

    private Task PushAsync() => PushAsync(random.Next(1, 1500), random.Next(3) > 0);

    private async Task PushAsync(int maxBytes, bool mustFlush)
    {
        FollowedChange change = await PlanAsync(maxBytes, mustFlush);
        await follower.Log.FollowAsync(change);
        NotePushed(change);
    }

    private async Task<FollowedChange> PlanAsync(int maxBytes, bool mustFlush)
    {
        Offset start = leader.Log.StartOffset;
        bool isReset = _matched < start;
        Offset from = isReset ? start : _matched;
        ReplicaRead read = await leader.Log.ReadForReplicaAsync(from, maxBytes);
        Assert.Equal(ErrorCode.None, read.Error);
        Assert.True(read.Data.Bytes.Length <= maxBytes || read.Batches.Count == 1);
        Assert.Equal(from < leader.Log.EndOffset, read.Batches.Count > 0);
        Offset cutTo = follower.Log.EndOffset <= from ? Offset.None : read.Batches.Count > 0 ? Offset.Min(from, read.Batches[0].BaseOffset) : from;
        _wasReset |= isReset;
        Trace($"push {from} up to {(read.Batches.Count > 0 ? read.Batches[^1].NextOffset : from)}{(isReset ? ", reset" : "")}{(mustFlush ? ", flushed" : "")}, cut to {cutTo}");
        return new FollowedChange { BeginAt = isReset ? from : Offset.None, CutTo = cutTo, Batches = read.Data.Bytes.ToArray(), MustFlush = mustFlush };
    }

    private void NotePushed(FollowedChange change)
    {
        Offset end = EndOf(change.Batches) ?? Offset.Max(_matched, change.BeginAt);
        Assert.Equal(end, follower.Log.EndOffset);
        (_matched, _durable) = (end, follower.Log.FlushedOffset);
        Assert.True(!change.MustFlush || _durable == end);
    }

    private Task CommitAsync()
    {
        _committed = Offset.Max(_committed, Offset.Min(_durable, _matched));
        Trace($"commit {_committed}");
        Offset before = follower.Log.HighWatermark;
        leader.CommitLimit = leader.Log.CommitLimit = _committed;
        follower.Log.CommitLimit = _committed;
        Assert.True(follower.Log.HighWatermark >= before);
        Assert.True(leader.Log.HighWatermark >= _committed);
        return Task.CompletedTask;
    }

    private async Task MaintainLeaderAsync()
    {
        Trace("maintain leader");
        leader.Time.Advance(TimeSpan.FromSeconds(random.Next(1, 90)));
        await leader.Log.MaintainAsync();
    }

    private async Task RestartLeaderAsync()
    {
        Trace("restart leader");
        await leader.RestartAsync();
        await RefusedFromAsync(ErrorCode.NotLeaderOrFollower);
        Assert.Equal(Offset.Max(_committed, leader.Log.StartOffset), leader.Log.HighWatermark);
    }

    private async Task EndTermAsync()
    {
        Trace("end term");
        leader.Log.EndEpoch(ErrorCode.FencedLeaderEpoch, "deposed");
        await RefusedFromAsync(ErrorCode.FencedLeaderEpoch);
        Assert.Equal(ErrorCode.NotLeaderOrFollower, (await leader.AppendAsync(RandomRecords(1))).Error);
        await leader.LeadAsync();
    }

    private async Task CutLeaderAsync()
    {
        var end = new Offset(random.NextInt64(leader.Log.HighWatermark.Value, leader.Log.EndOffset.Value + 1));
        await leader.Log.TruncateAsync(end);
        Trace($"cut leader to {end} -> {leader.Log.EndOffset}");
        _matched = Offset.Min(_matched, leader.Log.EndOffset);
        _durable = Offset.Min(_durable, _matched);
        await leader.LeadAsync();
        leader.Log.RefuseUncommitted(ErrorCode.NotEnoughReplicas, "given up");
        Assert.All(await Task.WhenAll(_waiting), reply => Assert.True(reply.Error != ErrorCode.None || reply.LastOffset < _committed));
        _waiting.Clear();
        foreach (Producer producer in _producers)
        {
            await MarkAsync(producer, isCommit: false);
        }
    }

    private async Task RefusedFromAsync(ErrorCode error)
    {
        Assert.All(await Task.WhenAll(_waiting), reply => Assert.True(reply.Error == error || reply.LastOffset < _committed));
        _waiting.Clear();
    }

    private async Task DeleteRecordsAsync()
    {
        var before = new Offset(random.NextInt64(leader.Log.StartOffset.Value, leader.Log.HighWatermark.Value + 1));
        if (!compacts)
        {
            Trace($"delete records before {before}");
            Assert.Equal(ErrorCode.None, (await leader.Log.DeleteRecordsAsync(before)).Error);
            await follower.Log.RaiseStartOffsetAsync(before);
            Assert.True(follower.Log.StartOffset >= Offset.Min(before, follower.Log.HighWatermark));
        }
    }

    private async Task PushOfDeposedLeaderAsync()
    {
        await leader.LeadAsync();
        byte[] batch = TestRecord.Batch(RandomRecords(random.Next(1, 4))).Bytes.ToArray();
        BatchPatch.SetBaseOffset(batch, follower.Log.EndOffset);
        BatchPatch.SetLeaderEpoch(batch, Max(follower.Log.LastEpoch, leader.Log.Epoch));
        Trace($"push of a deposed leader at {follower.Log.EndOffset}");
        await follower.Log.FollowAsync(new FollowedChange { Batches = batch, MustFlush = random.Next(2) == 0 });
        Assert.Equal(EndOf(batch), follower.Log.EndOffset);
        await leader.LeadAsync();
    }

    private async Task CrashFollowerAsync()
    {
        follower.CommitLimit = Offset.Zero;
        await follower.CrashAsync(random);
        Trace($"crash follower, {_durable} was durable of {_matched} -> {follower.Log.EndOffset}");
        Assert.True(follower.Log.EndOffset >= _durable, $"{_durable} was durable, {follower.Log.EndOffset} is left");
        Assert.Equal(follower.Log.StartOffset, follower.Log.HighWatermark);
        _matched = Offset.Min(_matched, follower.Log.EndOffset);
    }

    // The process dies in the middle of what a push does to the disk.
    private async Task KillFollowerAsync()
    {
        FollowedChange change = await PlanAsync(random.Next(1, 1500), random.Next(3) > 0);
        follower.Simulated.ChangesLeft = random.Next(20);
        Trace($"kill follower after {follower.Simulated.ChangesLeft} changes");
        try
        {
            await follower.Log.FollowAsync(change);
            NotePushed(change);
        }
        catch (IOException)
        {
            (_matched, _durable) = (Lowered(_matched, change), Lowered(_durable, change));
        }
        await CrashFollowerAsync();
    }

    private async Task FailFollowerAsync()
    {
        FollowedChange change = await PlanAsync(random.Next(1, 1500), mustFlush: true);
        if (random.Next(2) == 0)
        {
            follower.Simulated.FlushFailures = 1;
        }
        else
        {
            follower.Simulated.CapacityBytes = follower.Simulated.UsedBytes + random.Next(60);
        }
        try
        {
            await follower.Log.FollowAsync(change);
            NotePushed(change);
        }
        catch (IOException exception)
        {
            Trace($"failed: {exception.Message}");
            (follower.Simulated.FlushFailures, follower.Simulated.CapacityBytes) = (0, long.MaxValue);
            await follower.Log.RecoverAsync();
            Trace($"ends at {follower.Log.EndOffset}");
            Assert.True(follower.Log.EndOffset >= Lowered(_durable, change));
            (_matched, _durable) = (Offset.Min(Lowered(_matched, change), follower.Log.EndOffset), Offset.Min(Lowered(_durable, change), follower.Log.FlushedOffset));
        }
        (follower.Simulated.FlushFailures, follower.Simulated.CapacityBytes) = (0, long.MaxValue);
    }

    private async Task RestartFollowerAsync()
    {
        Trace("restart follower");
        follower.CommitLimit = _committed;
        await follower.RestartAsync();
        _durable = _matched;
    }

    private async Task CloseFollowerAsync()
    {
        (LeaderEpoch last, Offset flushed) = (follower.Log.LastEpoch, follower.Log.EndOffset);
        LeaderEpoch[] before = [.. EpochsOf(follower.Log, flushed)];
        Assert.True(await follower.Log.CloseIfIdleAsync(TimeSpan.Zero));
        Trace("close follower");
        Assert.Equal((last, flushed), (follower.Log.LastEpoch, follower.Log.FlushedOffset));
        Assert.Equal(before, EpochsOf(follower.Log, flushed));
        _durable = _matched;
    }

    private async Task MaintainFollowerAsync()
    {
        if (!compacts)
        {
            Trace("maintain follower");
            follower.Time.Advance(TimeSpan.FromSeconds(random.Next(1, 90)));
            await follower.Log.MaintainAsync();
            _durable = Offset.Min(_matched, follower.Log.FlushedOffset);
        }
    }

    private async Task CatchUpAsync()
    {
        do
        {
            await PushAsync(random.Next(1, 3000), mustFlush: true);
        }
        while (_matched < leader.Log.EndOffset);
        await CommitAsync();
        CheckPositions();
    }

    private async Task CompareAsync()
    {
        Offset start = Offset.Max(leader.Log.StartOffset, follower.Log.StartOffset);
        List<ReplicaBatch> expected = await leader.ReadBatchesAsync(start, random.Next(1, 3000));
        List<ReplicaBatch> found = await follower.ReadBatchesAsync(start, random.Next(1, 3000));
        CompareBatches(expected, found);
        foreach (Offset offset in expected.SelectMany(batch => Enumerable.Range(1, (int)(batch.Mark.NextOffset - batch.Mark.BaseOffset)).Select(count => batch.Mark.BaseOffset + count)))
        {
            Assert.True(offset <= start || leader.Log.EpochBefore(offset) == follower.Log.EpochBefore(offset), $"epoch before {offset}");
        }
        Assert.Empty((await follower.Log.VerifyAsync()).Damage);
        await CompareProducersAsync(start);
    }

    // What the leader has compacted since it was pushed the follower still has whole.
    private void CompareBatches(List<ReplicaBatch> expected, List<ReplicaBatch> found)
    {
        if (!compacts)
        {
            Assert.Equal(expected.Select(batch => batch.Mark), found.Select(batch => batch.Mark));
            Assert.Equal(ReplicaBatch.Join(expected), ReplicaBatch.Join(found));
            return;
        }
        var records = TestRecord.Decode(ReplicaBatch.Join(found)).ToDictionary(pair => pair.Offset, pair => pair.Record);
        Assert.Empty(expected.Select(batch => batch.Mark).Except(found.Select(batch => batch.Mark)));
        Assert.All(TestRecord.Decode(ReplicaBatch.Join(expected)), pair => Assert.Equal(pair.Record, records[pair.Offset]));
    }

    private async Task CompareProducersAsync(Offset start)
    {
        if (_wasReset || compacts)
        {
            return;
        }
        Assert.Equal(await leader.Log.ReadProducersAsync(), await follower.Log.ReadProducersAsync());
        Assert.Equal(Offset.Max(start, leader.Log.LastStableOffset), Offset.Max(start, follower.Log.LastStableOffset));
        FetchReply expected = await leader.Log.ReadAsync(start, 1_000_000, IsolationLevel.ReadCommitted);
        FetchReply found = await follower.Log.ReadAsync(start, 1_000_000, IsolationLevel.ReadCommitted);
        Assert.Equal(expected.HighWatermark, found.HighWatermark);
        Offset end = Offset.Min(EndOf(expected.Data.Bytes) ?? start, EndOf(found.Data.Bytes) ?? start);
        Assert.Equal(expected.Aborted.Where(aborted => aborted.FirstOffset < end), found.Aborted.Where(aborted => aborted.FirstOffset < end));
    }

    private TestRecord[] RandomRecords(int count) => [.. Enumerable.Range(0, count).Select(_ =>
    {
        leader.Time.Advance(TimeSpan.FromMilliseconds(random.Next(2000)));
        return new TestRecord($"k{random.Next(8)}", random.Next(8) == 0 ? null : new string((char)('a' + random.Next(26)), random.Next(80)), leader.NowMs);
    })];

    private static IEnumerable<LeaderEpoch> EpochsOf(PartitionLog log, Offset end) => Enumerable.Range(0, (int)end.Value + 2).Select(offset => log.EpochBefore(new Offset(offset)));

    // Behind a change that failed: what it has cut, or begun anew, is gone or not.
    private static Offset Lowered(Offset offset, FollowedChange change) => change.BeginAt != Offset.None ? Offset.Zero : change.CutTo == Offset.None ? offset : Offset.Min(offset, change.CutTo);

    private static LeaderEpoch Max(LeaderEpoch left, LeaderEpoch right) => left > right ? left : right;

    private static Offset? EndOf(ReadOnlyMemory<byte> batches)
    {
        Offset? end = null;
        var sequence = new BatchSequence(batches.Span);
        while (sequence.MoveNext(out BatchHeader header, out _))
        {
            end = header.NextOffset;
        }
        return end;
    }

    private void Trace(string what) => _trace.Add(what);

    private sealed class Producer(long id)
    {
        public long Id => id;

        public short Epoch { get; set; }

        public int Sequence { get; set; }
    }
}
