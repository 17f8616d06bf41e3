using StreamCoord.Log.Producers;
using StreamCoord.Partitions;
using StreamCoord.Records;

namespace StreamCoord.Log.Tests;

/// <summary>Transactions in one log: what may be written, what readers of committed records see.</summary>
public sealed class TransactionTests
{
    private const int CoordinatorEpoch = 3;

    [Fact]
    public async Task Append_WithoutTheCoordinatorsWord_IsRefused()
    {
        await using LogHarness harness = await LogHarness.StartAsync();
        Assert.Equal(ErrorCode.InvalidTxnState, (await AppendAsync(harness, 7, 0, 0)).Error);
        Admit(harness, 7, 0);
        Assert.Equal(ErrorCode.None, (await AppendAsync(harness, 7, 0, 0)).Error);
        Assert.Equal(ErrorCode.None, (await MarkAsync(harness, 7, 0, isCommit: true)).Error);
        // The transaction is over: a late batch of it must not begin another one.
        Assert.Equal(ErrorCode.InvalidTxnState, (await AppendAsync(harness, 7, 0, 1)).Error);
    }

    [Fact]
    public async Task TryAdmit_AfterAMarkerInBetween_IsRefused()
    {
        await using LogHarness harness = await LogHarness.StartAsync();
        TransactionAdmission.Inquiry inquiry = harness.Log.Transactions.Begin(7, 0);
        await MarkAsync(harness, 7, 0, isCommit: false);
        Assert.False(harness.Log.Transactions.TryAdmit(inquiry));
        Assert.False(harness.Log.Transactions.IsKnown(7, 0));
    }

    [Fact]
    public async Task Append_OutsideOfTheOpenTransaction_IsRefused()
    {
        await using LogHarness harness = await LogHarness.StartAsync();
        Admit(harness, 7, 0);
        await AppendAsync(harness, 7, 0, 0);
        AppendReply outside = await harness.Log.AppendAsync(
            TestRecord.Batch(new RecordBatchBuilder { ProducerId = 7, ProducerEpoch = 0, BaseSequence = 1 }, harness.Record("a")), RequiredAcks.All);
        Assert.Equal(ErrorCode.InvalidTxnState, outside.Error);
    }

    [Fact]
    public async Task Marker_OfAnOldProducerOrCoordinator_IsRefused()
    {
        await using LogHarness harness = await LogHarness.StartAsync();
        await MarkAsync(harness, 7, 2, isCommit: true);
        Assert.Equal(ErrorCode.InvalidProducerEpoch, (await MarkAsync(harness, 7, 1, isCommit: true)).Error);
        Assert.Equal(ErrorCode.TransactionCoordinatorFenced, (await harness.Log.AppendMarkerAsync(new ProducerMarker(7, 2, true, CoordinatorEpoch - 1))).Error);
        Admit(harness, 7, 1);
        Assert.Equal(ErrorCode.InvalidProducerEpoch, (await AppendAsync(harness, 7, 1, 0)).Error);
    }

    [Fact]
    public async Task Marker_IsWritten_WhateverTheTopicsLimitsAre()
    {
        await using LogHarness harness = await LogHarness.StartAsync(configs: [("max.message.bytes", "10"), ("segment.bytes", "14")]);
        Assert.Equal(ErrorCode.None, (await MarkAsync(harness, 7, 0, isCommit: true)).Error);
    }

    [Fact]
    public async Task Control_FromAClient_IsRefused()
    {
        await using LogHarness harness = await LogHarness.StartAsync();
        using RecordData marker = new TransactionMarker(true, 0).ToBatch(7, 0, harness.NowMs);
        Assert.Equal(ErrorCode.InvalidRecord, (await harness.Log.AppendAsync(marker, RequiredAcks.All)).Error);
    }

    [Fact]
    public async Task LastStableOffset_StandsAtTheOldestOpenTransaction_AlsoAfterACrash()
    {
        await using LogHarness harness = await LogHarness.StartAsync();
        await harness.AppendAsync(harness.Record("plain"));
        Admit(harness, 7, 0);
        Admit(harness, 8, 0);
        await AppendAsync(harness, 7, 0, 0);
        await AppendAsync(harness, 8, 0, 0);
        await MarkAsync(harness, 8, 0, isCommit: true);
        Assert.Equal(new Offset(1), harness.Log.LastStableOffset);
        await harness.CrashAsync(new Random(1));
        Assert.Equal(new Offset(1), harness.Log.LastStableOffset);
        // An open transaction goes on over the crash without asking again.
        Assert.Equal(ErrorCode.None, (await AppendAsync(harness, 7, 0, 1)).Error);
        await MarkAsync(harness, 7, 0, isCommit: false);
        Assert.Equal(harness.Log.EndOffset, harness.Log.LastStableOffset);
    }

    [Fact]
    public async Task WaitForRecords_Committed_WaitsForTheMarker()
    {
        await using LogHarness harness = await LogHarness.StartAsync();
        Admit(harness, 7, 0);
        Task wait = harness.Log.WaitForRecordsAsync(Offset.Zero, IsolationLevel.ReadCommitted, TestContext.Current.CancellationToken);
        await AppendAsync(harness, 7, 0, 0);
        FetchReply open = await harness.Log.ReadAsync(Offset.Zero, 1000, IsolationLevel.ReadCommitted);
        Assert.True(open.Data.Bytes.IsEmpty);
        Assert.Equal(new Offset(1), open.HighWatermark);
        Assert.Equal(Offset.Zero, open.LastStableOffset);
        await MarkAsync(harness, 7, 0, isCommit: true);
        await wait;
        Assert.False((await harness.Log.ReadAsync(Offset.Zero, 1000, IsolationLevel.ReadCommitted)).Data.Bytes.IsEmpty);
    }

    [Fact]
    public async Task Expire_LeavesAnOpenTransactionAlone()
    {
        await using LogHarness harness = await LogHarness.StartAsync(options: new LogOptions { AppendThreads = 1, ReadThreads = 1, ProducerIdExpirationMs = 1000 });
        Admit(harness, 7, 0);
        await AppendAsync(harness, 7, 0, 0);
        harness.Time.Advance(TimeSpan.FromHours(1));
        await harness.Log.MaintainAsync();
        ProducerDescription producer = Assert.Single(await harness.Log.ReadProducersAsync());
        Assert.Equal(Offset.Zero, producer.OpenTransactionFrom);
    }

    [Fact]
    public async Task Compaction_DropsAMarker_WhenNothingOfItsTransactionIsLeftForLongEnough()
    {
        await using LogHarness harness = await LogHarness.StartAsync(configs:
            [("cleanup.policy", "compact"), ("min.cleanable.dirty.ratio", "0"), ("delete.retention.ms", "1000")]);
        Admit(harness, 7, 0);
        await AppendAsync(harness, 7, 0, 0);
        await MarkAsync(harness, 7, 0, isCommit: false);
        for (int round = 0; round < 4; round++)
        {
            await harness.AppendAsync(harness.Record("x", "other"));
            await harness.Log.RollAsync();
            await harness.Log.MaintainAsync();
            harness.Time.Advance(TimeSpan.FromMinutes(1));
        }
        using RecordData left = (await harness.Log.ReadAsync(Offset.Zero, 100_000)).Data;
        Assert.DoesNotContain(Batches(left), header => header.IsControl);
        Assert.Empty((await harness.Log.ReadAsync(Offset.Zero, 100_000, IsolationLevel.ReadCommitted)).Aborted);
    }

    [Fact]
    public async Task Aborted_IsReadOffTheSegment_WhenItsIndexIsDamaged()
    {
        await using LogHarness harness = await LogHarness.StartAsync();
        Admit(harness, 7, 0);
        await AppendAsync(harness, 7, 0, 0);
        await harness.Log.RollAsync();
        await MarkAsync(harness, 7, 0, isCommit: false);
        await harness.Log.RollAsync();
        await harness.RestartAsync();
        FetchReply sound = await harness.Log.ReadAsync(Offset.Zero, 1, IsolationLevel.ReadCommitted);
        Assert.Equal([new AbortedTransaction(7, Offset.Zero)], sound.Aborted);
        await harness.Log.CloseAsync();
        string path = harness.Disk.List(harness.Directory).Select(entry => Path.Combine(harness.Directory, entry.Name)).Single(name => name.EndsWith(".txnindex", StringComparison.Ordinal));
        using (Storage.ILogFile file = harness.Disk.Open(path))
        {
            file.Write([0xff], 20);
        }
        await harness.OpenAsync();
        Assert.Equal([new AbortedTransaction(7, Offset.Zero)], (await harness.Log.ReadAsync(Offset.Zero, 1, IsolationLevel.ReadCommitted)).Aborted);
    }

    [Fact]
    public async Task Aborted_IsKnown_WhereACheckpointSavesTheScan()
    {
        await using LogHarness harness = await LogHarness.StartAsync();
        Admit(harness, 7, 0);
        await AppendAsync(harness, 7, 0, 0);
        await MarkAsync(harness, 7, 0, isCommit: false);
        // So much that closing the log in peace leaves a checkpoint behind it.
        await harness.AppendAsync(harness.Record(new string('x', 700_000)));
        await harness.AppendAsync(harness.Record(new string('x', 700_000)));
        await harness.RestartAsync();
        Admit(harness, 8, 0);
        await AppendAsync(harness, 8, 0, 0);
        await MarkAsync(harness, 8, 0, isCommit: false);
        await harness.RestartAsync();
        FetchReply all = await harness.Log.ReadAsync(Offset.Zero, 2_000_000, IsolationLevel.ReadCommitted);
        Assert.Equal([new AbortedTransaction(7, Offset.Zero), new AbortedTransaction(8, new Offset(4))], all.Aborted);
    }

    internal static void Admit(LogHarness harness, long producerId, short epoch) =>
        Assert.True(harness.Log.Transactions.TryAdmit(harness.Log.Transactions.Begin(producerId, epoch)));

    internal static Task<AppendReply> AppendAsync(LogHarness harness, long producerId, short epoch, int sequence, params IEnumerable<TestRecord> records)
    {
        TestRecord[] all = [.. records];
        var builder = new RecordBatchBuilder { ProducerId = producerId, ProducerEpoch = epoch, BaseSequence = sequence, IsTransactional = true };
        return harness.Log.AppendAsync(TestRecord.Batch(builder, all.Length == 0 ? [harness.Record("v", "k")] : all), RequiredAcks.All);
    }

    internal static Task<AppendReply> MarkAsync(LogHarness harness, long producerId, short epoch, bool isCommit) =>
        harness.Log.AppendMarkerAsync(new ProducerMarker(producerId, epoch, isCommit, CoordinatorEpoch));

    private static List<BatchHeader> Batches(RecordData data)
    {
        List<BatchHeader> headers = [];
        var sequence = new BatchSequence(data.Bytes.Span);
        while (sequence.MoveNext(out BatchHeader header, out _))
        {
            headers.Add(header);
        }
        return headers;
    }
}
