using CsCheck;

namespace StreamCoord.Records.Tests;

public sealed class RoundTripTests
{
    [Theory]
    [InlineData(CompressionCodec.None)]
    [InlineData(CompressionCodec.Gzip)]
    [InlineData(CompressionCodec.Snappy)]
    [InlineData(CompressionCodec.Lz4)]
    [InlineData(CompressionCodec.Zstd)]
    public void What_is_built_is_valid_and_reads_the_same(CompressionCodec codec) =>
        Batches.GenRecord.Array[1, 30].Sample(
            records =>
            {
                byte[] batch = Batches.Build(codec, records);
                BatchCheckResult check = BatchValidator.Check(batch, new BatchRules { ChecksTimestamps = false });
                return check.IsValid && check.MaxTimestampMs == records.Max(r => r.TimestampMs)
                    && check.MaxTimestampMs == Batches.Header(batch).MaxTimestampMs && Reads(batch, records);
            },
            iter: 300);

    [Fact]
    public void Recompressing_keeps_every_record_and_every_other_field() =>
        Gen.Select(Gen.OneOf(Batches.Codecs), Gen.OneOf(Batches.Codecs), Batches.GenRecord.Array[1, 10]).Sample(
            (from, to, records) =>
            {
                byte[] batch = Batches.Build(from, b => (b.ProducerId, b.ProducerEpoch, b.BaseSequence, b.BaseOffset) = (3, 1, 5, new Offset(99)), records);
                using var output = new PooledBuffer();
                output.Write("before"u8);
                BatchProblem problem = BatchRewriter.Recompress(batch, to, null, output);
                ReadOnlySpan<byte> rewritten = output.WrittenSpan[6..];
                BatchHeader header = Batches.Header(rewritten);
                return problem == BatchProblem.None && header.Compression == to && BatchValidator.CheckStored(rewritten) == BatchProblem.None
                    && (header.ProducerId, header.BaseSequence, header.BaseOffset, header.LastOffsetDelta) == (3, 5, new Offset(99), records.Length - 1)
                    && header.MaxTimestampMs == Batches.Header(batch).MaxTimestampMs && Reads(rewritten, records);
            },
            iter: 300);

    [Theory]
    [InlineData(CompressionCodec.Gzip, 1)]
    [InlineData(CompressionCodec.Gzip, 9)]
    [InlineData(CompressionCodec.Lz4, 1)]
    [InlineData(CompressionCodec.Lz4, 9)]
    [InlineData(CompressionCodec.Lz4, 17)]
    [InlineData(CompressionCodec.Zstd, -5)]
    [InlineData(CompressionCodec.Zstd, 22)]
    public void Every_level_reads_back(CompressionCodec codec, int level)
    {
        TestRecord[] records = [.. Enumerable.Range(0, 3000).Select(i => Batches.Record(i, $"key {i % 17}", $"value {i * i}"))];
        byte[] batch = Batches.Build(codec, b => b.Level = level, records);
        Assert.True(batch.Length < Batches.Build(CompressionCodec.None, records).Length * 3 / 4);
        Assert.True(Reads(batch, records));
    }

    [Fact]
    public void A_builder_builds_one_batch_after_another()
    {
        using var builder = new RecordBatchBuilder();
        Batches.Append(builder, Batches.Record(10, "dropped", "dropped"));
        builder.Reset();
        Assert.Equal((0, BatchLayout.HeaderSizeBytes), (builder.RecordCount, builder.SizeBytes));
        for (int round = 0; round < 3; round++)
        {
            TestRecord record = Batches.Record(round, "k", $"{round}");
            Batches.Append(builder, record);
            Assert.True(builder.SizeBytes <= BatchLayout.HeaderSizeBytes + RecordBatchBuilder.RecordSizeBytesMax(1, 1));
            using Partitions.RecordData data = builder.Build();
            Assert.True(Reads(data.Bytes.Span, record));
        }
        Assert.Throws<InvalidOperationException>(builder.Build);
    }

    [Fact]
    public void Records_are_appended_without_allocating()
    {
        using var builder = new RecordBatchBuilder();
        builder.Append(1, "warm"u8, new byte[4000]);
        builder.Reset();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            builder.Append(i, "key"u8, "value"u8);
        }
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Offset_deltas_must_grow()
    {
        using var builder = new RecordBatchBuilder();
        Assert.Throws<ArgumentOutOfRangeException>(() => builder.Append(-1, 0, default, default));
        builder.Append(4, 0, default, default);
        Assert.Throws<ArgumentOutOfRangeException>(() => builder.Append(4, 0, default, default));
    }

    private static bool Reads(ReadOnlySpan<byte> batch, params TestRecord[] expected)
    {
        using var reader = new RecordReader(batch);
        long baseOffset = reader.Header.BaseOffset.Value;
        int i = 0;
        while (reader.MoveNext(out RecordView view))
        {
            if (i >= expected.Length || view.Offset.Value != baseOffset + i || !expected[i].Matches(view))
            {
                return false;
            }
            i++;
        }
        return reader.Problem == BatchProblem.None && i == expected.Length;
    }
}
