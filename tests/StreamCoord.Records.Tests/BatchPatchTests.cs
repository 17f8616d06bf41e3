namespace StreamCoord.Records.Tests;

public sealed class BatchPatchTests
{
    [Fact]
    public void Offset_and_epoch_lie_outside_the_crc()
    {
        byte[] batch = Batches.Sample();
        uint crc = Batches.Header(batch).Crc;
        BatchPatch.SetBaseOffset(batch, new Offset(1L << 40));
        BatchPatch.SetLeaderEpoch(batch, new LeaderEpoch(9));

        BatchHeader header = Batches.Header(batch);
        Assert.Equal((new Offset(1L << 40), new LeaderEpoch(9), crc), (header.BaseOffset, header.LeaderEpoch, header.Crc));
        Assert.Equal(BatchProblem.None, BatchValidator.CheckStored(batch));
        Assert.Equal([1L << 40, (1L << 40) + 1, (1L << 40) + 2], Batches.Read(batch).Select(r => r.Offset));
    }

    [Fact]
    public void Log_append_time_stands_for_every_record()
    {
        byte[] batch = Batches.Sample();
        BatchPatch.StampLogAppendTime(batch, 5555);
        Assert.True(Batches.Header(batch).HasLogAppendTime);
        Assert.Equal(BatchProblem.None, BatchValidator.CheckStored(batch));
        Assert.All(Batches.Read(batch), r => Assert.Equal(5555, r.Record.TimestampMs));
    }

    [Fact]
    public void Max_timestamp_is_corrected_and_nothing_else()
    {
        byte[] batch = Batches.Sample();
        BatchPatch.SetMaxTimestamp(batch, 1003);
        Assert.Equal(1003, Batches.Header(batch).MaxTimestampMs);
        Assert.Equal(BatchProblem.None, BatchValidator.CheckStored(batch));
        Assert.Equal([1000, 1002, 1001], Batches.Read(batch).Select(r => r.Record.TimestampMs));
    }

    [Fact]
    public void A_delete_horizon_goes_into_an_empty_batch_but_not_over_timestamps_that_are_needed()
    {
        using var output = new PooledBuffer();
        BatchRewriter.Filter(Batches.Sample(), (in RecordView _) => false, null, output);
        byte[] empty = output.WrittenSpan.ToArray();
        BatchPatch.SetDeleteHorizon(empty, 777);
        Assert.Equal((true, 777), (Batches.Header(empty).HasDeleteHorizon, Batches.Header(empty).BaseTimestampMs));
        Assert.Equal(BatchProblem.None, BatchValidator.CheckStored(empty));

        Assert.Throws<ArgumentException>(() => BatchPatch.SetDeleteHorizon(Batches.Sample(), 777));
    }
}
