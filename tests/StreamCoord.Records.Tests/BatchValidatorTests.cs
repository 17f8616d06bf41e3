using System.Buffers.Binary;

namespace StreamCoord.Records.Tests;

public sealed class BatchValidatorTests
{
    private static readonly BatchRules Rules = new() { NowMs = 1_000_000 };

    [Theory]
    [InlineData(CompressionCodec.None)]
    [InlineData(CompressionCodec.Gzip)]
    [InlineData(CompressionCodec.Snappy)]
    [InlineData(CompressionCodec.Lz4)]
    [InlineData(CompressionCodec.Zstd)]
    public void A_good_batch_passes_and_its_largest_timestamp_is_found(CompressionCodec codec) =>
        Assert.Equal(BatchCheckResult.Valid(1002, 1), BatchValidator.Check(Batches.Sample(codec), Rules));

    [Fact]
    public void A_valid_uncompressed_batch_is_checked_without_allocating()
    {
        byte[] batch = Batches.Sample();
        BatchValidator.Check(batch, Rules);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            BatchValidator.Check(batch, Rules);
        }
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Too_large_is_refused_first()
    {
        byte[] batch = Batches.Sample();
        batch[^1] ^= 1;
        Refused(BatchProblem.TooLarge, ErrorCode.MessageTooLarge, batch, Rules with { BatchSizeBytesMax = batch.Length - 1 });
        Refused(BatchProblem.CrcMismatch, ErrorCode.CorruptMessage, batch, Rules with { BatchSizeBytesMax = batch.Length });
    }

    [Fact]
    public void Sizes_that_do_not_match_are_refused()
    {
        byte[] batch = Batches.Sample();
        Refused(BatchProblem.Truncated, ErrorCode.CorruptMessage, batch[..^1], Rules);
        Refused(BatchProblem.Truncated, ErrorCode.CorruptMessage, batch[..60], Rules);
        Refused(BatchProblem.Truncated, ErrorCode.CorruptMessage, [], Rules);
        Refused(BatchProblem.BadLength, ErrorCode.CorruptMessage, [.. batch, 0], Rules);
        Refused(BatchProblem.BadLength, ErrorCode.CorruptMessage, Batches.WithInt32(batch, BatchLayout.LengthAt, 48), Rules);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void Another_format_is_refused(byte magic) =>
        Refused(BatchProblem.UnsupportedMagic, ErrorCode.UnsupportedForMessageFormat, Batches.With(Batches.Sample(), b => b[BatchLayout.MagicAt] = magic), Rules);

    [Theory]
    [InlineData(0, -1)]
    [InlineData(-1, -2)]
    [InlineData(2, 2)]
    [InlineData(4, 2)]
    [InlineData(int.MinValue, int.MaxValue)]
    public void A_count_that_does_not_fit_is_refused(int count, int lastOffsetDelta) =>
        Refused(BatchProblem.BadRecordCount, ErrorCode.InvalidRecord,
            Batches.WithInt32(Batches.WithInt32(Batches.Sample(), BatchLayout.RecordCountAt, count), BatchLayout.LastOffsetDeltaAt, lastOffsetDelta), Rules);

    [Theory]
    [InlineData(2, BatchProblem.MalformedRecord)]
    [InlineData(4, BatchProblem.MalformedRecord)]
    public void A_count_that_the_records_contradict_is_refused(int count, BatchProblem problem)
    {
        byte[] batch = Batches.WithInt32(Batches.WithInt32(Batches.Sample(), BatchLayout.RecordCountAt, count), BatchLayout.LastOffsetDeltaAt, count - 1);
        Refused(problem, ErrorCode.InvalidRecord, batch, Rules);
        using var reader = new RecordReader(batch);
        while (reader.MoveNext(out _))
        {
            Assert.Equal(BatchProblem.None, reader.Problem);
        }
        Assert.Equal(problem, reader.Problem);
    }

    [Fact]
    public void Offset_deltas_that_do_not_count_up_from_0_are_refused_with_the_record_named()
    {
        using var builder = new RecordBatchBuilder();
        builder.Append(0, 1000, default, default);
        builder.Append(2, 1000, default, default);
        using Partitions.RecordData data = builder.Build();
        byte[] batch = Batches.WithInt32(data.Bytes.ToArray(), BatchLayout.LastOffsetDeltaAt, 1);
        Assert.Equal(1, Refused(BatchProblem.BadOffsetDelta, ErrorCode.InvalidRecord, batch, Rules).RecordIndex);
    }

    [Fact]
    public void A_control_batch_is_refused_unless_a_coordinator_sends_it()
    {
        byte[] batch = Batches.Build(CompressionCodec.None,
            b => (b.IsControl, b.IsTransactional, b.ProducerId, b.ProducerEpoch) = (true, true, 1, 0), Batches.Record(5, "kk", "v"));
        Refused(BatchProblem.ControlBatch, ErrorCode.InvalidRecord, batch, Rules);
        Assert.True(BatchValidator.Check(batch, Rules with { IsFromCoordinator = true }).IsValid);
    }

    [Theory]
    [InlineData(5, -1, 0, false)]
    [InlineData(5, 0, -1, false)]
    [InlineData(-1, -1, -1, true)]
    public void Producer_fields_that_contradict_each_other_are_refused(long id, short epoch, int sequence, bool transactional) =>
        Refused(BatchProblem.BadProducerFields, ErrorCode.InvalidRecord, Batches.Build(CompressionCodec.None,
            b => (b.ProducerId, b.ProducerEpoch, b.BaseSequence, b.IsTransactional) = (id, epoch, sequence, transactional), Batches.Record(5, "k", "v")), Rules);

    [Fact]
    public void A_compacted_topic_needs_keys()
    {
        Assert.Equal(1, Refused(BatchProblem.MissingKey, ErrorCode.InvalidRecord, Batches.Sample(), Rules with { RequiresKey = true }).RecordIndex);
        Assert.True(BatchValidator.Check(Batches.Build(CompressionCodec.None, Batches.Record(1, "", null)), Rules with { RequiresKey = true }).IsValid);
    }

    [Fact]
    public void Timestamps_must_lie_near_the_leaders_clock()
    {
        BatchRules near = Rules with { NowMs = 2000, TimestampBeforeMaxMs = 1000, TimestampAfterMaxMs = 10 };
        Assert.True(BatchValidator.Check(Batches.Sample(), near).IsValid);
        Assert.Equal(0, Refused(BatchProblem.BadTimestamp, ErrorCode.InvalidTimestamp, Batches.Sample(), near with { NowMs = 2001 }).RecordIndex);
        Assert.Equal(1, Refused(BatchProblem.BadTimestamp, ErrorCode.InvalidTimestamp, Batches.Sample(), near with { NowMs = 991 }).RecordIndex);
        Assert.True(BatchValidator.Check(Batches.Sample(), near with { NowMs = 1, ChecksTimestamps = false }).IsValid);
        Assert.True(BatchValidator.Check(Batches.Build(CompressionCodec.None, Batches.Record(-1, null, "no time")), near).IsValid);
    }

    [Fact]
    public void A_producer_may_not_claim_the_leaders_time()
    {
        byte[] batch = Batches.Sample();
        BatchPatch.StampLogAppendTime(batch, 1_000_000);
        Refused(BatchProblem.BadTimestamp, ErrorCode.InvalidTimestamp, batch, Rules);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    public void An_unknown_codec_is_refused(byte codec)
    {
        byte[] batch = Batches.With(Batches.Sample(), b => b[BatchLayout.AttributesAt + 1] |= codec);
        Refused(BatchProblem.UnsupportedCodec, ErrorCode.UnsupportedCompressionType, batch, Rules);
        using var reader = new RecordReader(batch);
        Assert.False(reader.MoveNext(out _));
        Assert.Equal(BatchProblem.UnsupportedCodec, reader.Problem);
    }

    [Fact]
    public void Zstd_is_refused_where_the_client_is_too_old() =>
        Refused(BatchProblem.UnsupportedCodec, ErrorCode.UnsupportedCompressionType, Batches.Sample(CompressionCodec.Zstd), Rules with { AllowsZstd = false });

    [Fact]
    public void Unused_attribute_bits_are_ignored() =>
        Assert.True(BatchValidator.Check(Batches.With(Batches.Sample(), b => b[BatchLayout.AttributesAt] = 0xff), Rules).IsValid);

    [Theory]
    [InlineData(CompressionCodec.Gzip)]
    [InlineData(CompressionCodec.Snappy)]
    [InlineData(CompressionCodec.Lz4)]
    [InlineData(CompressionCodec.Zstd)]
    public void A_batch_that_grows_over_the_limit_is_refused(CompressionCodec codec)
    {
        byte[] bomb = Batches.Build(codec, new TestRecord(1, null, new byte[20_000_000], []));
        BatchRules rules = Rules with { BatchSizeBytesMax = bomb.Length, DecompressedBytesMax = 1_000_000 };
        Assert.True(bomb.Length < rules.DecompressedBytesMax);
        Refused(BatchProblem.DecompressedTooLarge, ErrorCode.MessageTooLarge, bomb, rules);
        Assert.True(BatchValidator.Check(bomb, rules with { DecompressedBytesMax = 20_000_100 }).IsValid);
    }

    [Fact]
    public void A_snappy_length_that_lies_takes_no_memory()
    {
        byte[] batch = Batches.Sample();
        byte[] lying = Batches.With([.. batch[..BatchLayout.HeaderSizeBytes], 0xff, 0xff, 0xff, 0xff, 0x0f, 0], b =>
        {
            b[BatchLayout.AttributesAt + 1] = (byte)CompressionCodec.Snappy;
            BinaryPrimitives.WriteInt32BigEndian(b.AsSpan(BatchLayout.LengthAt), b.Length - BatchLayout.LengthPrefixBytes);
        });
        Assert.NotEqual(BatchProblem.None, BatchValidator.Check(lying, Rules).Problem);
    }

    [Theory]
    [InlineData(CompressionCodec.Gzip)]
    [InlineData(CompressionCodec.Snappy)]
    [InlineData(CompressionCodec.Lz4)]
    [InlineData(CompressionCodec.Zstd)]
    public void Compressed_bytes_that_are_none_are_refused(CompressionCodec codec)
    {
        byte[] batch = Batches.With(Batches.Sample(), b => b[BatchLayout.AttributesAt + 1] = (byte)codec);
        BatchProblem problem = BatchValidator.Check(batch, Rules).Problem;
        Assert.True(problem is BatchProblem.BadCompression or BatchProblem.DecompressedTooLarge, problem.ToString());
    }

    [Fact]
    public void A_record_that_leads_outside_is_refused_and_never_read()
    {
        byte[] sample = Batches.Sample();
        for (int at = BatchLayout.HeaderSizeBytes; at < sample.Length; at++)
        {
            byte[] batch = Batches.With(sample, b => b[at] = 0x7e);
            BatchProblem checkedProblem = BatchValidator.Check(batch, Rules with { ChecksTimestamps = false }).Problem;
            using var reader = new RecordReader(batch);
            while (reader.MoveNext(out RecordView record))
            {
                Assert.True(record.Key.Span.Length + record.Value.Span.Length < batch.Length);
            }
            if (reader.Problem != BatchProblem.None)
            {
                Assert.NotEqual(BatchProblem.None, checkedProblem);
            }
        }
    }

    [Fact]
    public void Every_problem_has_a_sentence_and_a_code()
    {
        foreach (BatchProblem problem in Enum.GetValues<BatchProblem>().Where(p => p != BatchProblem.None))
        {
            Assert.EndsWith(".", problem.Describe(), StringComparison.Ordinal);
            Assert.NotEqual(ErrorCode.None, problem.ToErrorCode());
        }
    }

    [Fact]
    public void A_stored_batch_may_have_gaps_and_no_records_but_not_too_many()
    {
        using var output = new PooledBuffer();
        BatchRewriter.Filter(Batches.Sample(), (in RecordView _) => false, null, output);
        Assert.Equal(BatchProblem.None, BatchValidator.CheckStored(output.WrittenSpan));
        Assert.Equal(BatchProblem.BadRecordCount, BatchValidator.CheckStored(Batches.WithInt32(Batches.Sample(), BatchLayout.LastOffsetDeltaAt, 1)));
        Assert.Equal(BatchProblem.BadRecordCount, BatchValidator.CheckStored(Batches.WithInt32(Batches.Sample(), BatchLayout.LastOffsetDeltaAt, -1)));
    }

    private static BatchCheckResult Refused(BatchProblem problem, ErrorCode error, byte[] batch, BatchRules rules)
    {
        BatchCheckResult result = BatchValidator.Check(batch, rules);
        Assert.Equal((problem, error), (result.Problem, result.Error));
        Assert.EndsWith(".", result.Message, StringComparison.Ordinal);
        return result;
    }
}
