using CsCheck;

namespace StreamCoord.Records.Tests;

public sealed class BatchRewriterTests
{
    [Fact]
    public void Filtering_keeps_exactly_the_survivors_at_their_offsets() =>
        Gen.Select(Gen.OneOf(Batches.Codecs), Gen.Select(Batches.GenRecord, Gen.Bool).Array[1, 20]).Sample(
            (codec, choices) =>
            {
                TestRecord[] records = [.. choices.Select(c => c.Item1)];
                byte[] batch = Batches.Build(codec, b => (b.ProducerId, b.ProducerEpoch, b.BaseSequence, b.BaseOffset) = (3, 1, 5, new Offset(1000)), records);
                using var output = new PooledBuffer();
                FilterResult result = BatchRewriter.Filter(batch, (in RecordView r) => choices[r.OffsetDelta].Item2, null, output);

                (long, TestRecord)[] expected = [.. choices.Select((c, i) => (1000L + i, c)).Where(p => p.c.Item2).Select(p => (p.Item1, p.c.Item1))];
                BatchHeader header = Batches.Header(output.WrittenSpan);
                Assert.Equal((BatchProblem.None, expected.Length, records.Length - expected.Length), (result.Problem, result.KeptCount, result.DroppedCount));
                Assert.Equal(BatchProblem.None, BatchValidator.CheckStored(output.WrittenSpan));
                Assert.Equal((3L, (short)1, 5, new Offset(1000), records.Length - 1),
                    (header.ProducerId, header.ProducerEpoch, header.BaseSequence, header.BaseOffset, header.LastOffsetDelta));
                Assert.Equal(expected.Select(e => $"{e}"), Batches.Read(output.WrittenSpan).Select(e => $"{e}"));
                if (expected.Length > 0)
                {
                    Assert.Equal(expected.Max(e => e.Item2.TimestampMs), header.MaxTimestampMs);
                }
            },
            iter: 300);

    [Fact]
    public void A_batch_that_loses_nothing_stays_byte_for_byte()
    {
        byte[] batch = Batches.Sample(CompressionCodec.Gzip);
        using var output = new PooledBuffer();
        BatchRewriter.Filter(batch, (in RecordView _) => true, null, output);
        Assert.Equal(batch, output.WrittenSpan.ToArray());
    }

    [Fact]
    public void A_surviving_tombstone_gets_a_horizon_once_and_keeps_its_time()
    {
        using var output = new PooledBuffer();
        BatchRewriter.Filter(Batches.Sample(), (in RecordView _) => true, 90_000, output);
        byte[] stamped = output.WrittenSpan.ToArray();
        Assert.Equal((true, 90_000), (Batches.Header(stamped).HasDeleteHorizon, Batches.Header(stamped).BaseTimestampMs));
        Assert.Equal([1000, 1002, 1001], Batches.Read(stamped).Select(r => r.Record.TimestampMs));

        output.Truncate(0);
        BatchRewriter.Filter(stamped, (in RecordView r) => r.OffsetDelta != 0, 200_000, output);
        Assert.Equal((true, 90_000), (Batches.Header(output.WrittenSpan).HasDeleteHorizon, Batches.Header(output.WrittenSpan).BaseTimestampMs));
        Assert.Equal([1002, 1001], Batches.Read(output.WrittenSpan).Select(r => r.Record.TimestampMs));
    }

    [Fact]
    public void Without_a_tombstone_no_horizon_is_noted()
    {
        using var output = new PooledBuffer();
        BatchRewriter.Filter(Batches.Sample(), (in RecordView r) => !r.Value.IsNull, 90_000, output);
        Assert.False(Batches.Header(output.WrittenSpan).HasDeleteHorizon);
    }

    [Fact]
    public void The_leaders_time_survives()
    {
        byte[] batch = Batches.Sample();
        BatchPatch.StampLogAppendTime(batch, 7777);
        using var output = new PooledBuffer();
        BatchRewriter.Filter(batch, (in RecordView r) => r.OffsetDelta == 1, null, output);
        Assert.Equal(BatchProblem.None, BatchValidator.CheckStored(output.WrittenSpan));
        Assert.Equal(7777, Assert.Single(Batches.Read(output.WrittenSpan)).Record.TimestampMs);
    }

    [Fact]
    public void A_malformed_batch_adds_nothing()
    {
        byte[] batch = Batches.Sample();
        batch[BatchLayout.HeaderSizeBytes] = 0x7e;
        using var output = new PooledBuffer();
        Assert.Equal(BatchProblem.MalformedRecord, BatchRewriter.Filter(batch, (in RecordView _) => false, null, output).Problem);
        Assert.Equal(BatchProblem.Truncated, BatchRewriter.Recompress(batch.AsSpan(0, batch.Length - 1), CompressionCodec.Lz4, null, output));
        Assert.Equal(0, output.WrittenBytes);
    }
}
