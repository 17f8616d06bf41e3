using System.Text;

namespace StreamCoord.Records.Tests;

/// <summary>Bytes that other programs wrote, and one batch written by hand from the format's description.</summary>
public sealed class GoldenTests
{
    private const string ByHand =
        "0000000000000000" + // base offset
        "00000045" + // 69 bytes follow
        "ffffffff" + // leader epoch: unknown
        "02" + // magic
        "d19db1a1" + // CRC-32C
        "0000" + // attributes
        "00000001" + // last offset delta
        "00000000000003e8" + // base timestamp: 1000
        "00000000000003e9" + // largest timestamp: 1001
        "ffffffffffffffff" + "ffff" + "ffffffff" + // no producer id, epoch, base sequence
        "00000002" + // records
        "18" + "00" + "00" + "00" + "026b" + "0276" + "02" + "0268" + "0207" + // length, attributes, deltas, key, value, headers
        "0c" + "00" + "02" + "02" + "01" + "01" + "00"; // the same with neither key nor value

    [Fact]
    public void Builder_writes_the_bytes_that_the_format_asks_for()
    {
        byte[] built = Batches.Build(CompressionCodec.None,
            Batches.Record(1000, "k", "v") with { Headers = [("h", [7])] }, Batches.Record(1001, null, null));

        Assert.Equal(ByHand, Convert.ToHexStringLower(built));
    }

    [Theory]
    [InlineData("kafka-python-none.bin", CompressionCodec.None)]
    [InlineData("kafka-python-gzip.bin", CompressionCodec.Gzip)]
    [InlineData("kafka-python-snappy.bin", CompressionCodec.Snappy)]
    [InlineData("kafka-python-lz4.bin", CompressionCodec.Lz4)]
    [InlineData("libsnappy-raw.bin", CompressionCodec.Snappy)]
    [InlineData("libzstd.bin", CompressionCodec.Zstd)]
    [InlineData("liblz4-linked.bin", CompressionCodec.Lz4)]
    public void Batches_of_other_programs_are_valid_and_read_right(string name, CompressionCodec codec)
    {
        byte[] batch = Batches.Golden(name);

        BatchCheckResult check = BatchValidator.Check(batch, new BatchRules { NowMs = 1_700_000_000_000 });
        Assert.Equal("", check.Message);
        Assert.Equal((1_700_000_000_100, 3), (check.MaxTimestampMs, check.MaxTimestampOffsetDelta));

        BatchHeader header = Batches.Header(batch);
        Assert.Equal((codec, 4711L, (short)3, 17, 21), (header.Compression, header.ProducerId, header.ProducerEpoch, header.BaseSequence, header.LastSequence));

        List<(long Offset, TestRecord Record)> records = Batches.Read(batch);
        TestRecord[] expected =
        [
            Batches.Record(1_700_000_000_000, "key-0", "value-0"),
            Batches.Record(1_700_000_000_005, null, "no key") with { Headers = [("h1", Encoding.UTF8.GetBytes("v1")), ("h2", null)] },
            Batches.Record(1_699_999_999_990, "key-2", null),
            Batches.Record(1_700_000_000_100, "", "") with { Headers = [("", [])] },
            Batches.Record(1_700_000_000_100, "ключ", string.Concat(Enumerable.Repeat("строка ", 200)))
                with { Headers = [("h", [.. Enumerable.Range(0, 256).Select(i => (byte)i)])] },
        ];
        Assert.Equal([0, 1, 2, 3, 4], records.Select(r => r.Offset));
        Assert.Equal(expected.Select(r => $"{r}"), records.Select(r => $"{r.Record}"));
    }

    [Fact]
    public void An_uncompressed_batch_of_another_program_is_rebuilt_byte_by_byte()
    {
        byte[] batch = Batches.Golden("kafka-python-none.bin");
        byte[] rebuilt = Batches.Build(CompressionCodec.None,
            builder => (builder.ProducerId, builder.ProducerEpoch, builder.BaseSequence, builder.IsTransactional, builder.LeaderEpoch) =
                (4711, 3, 17, true, Batches.Header(batch).LeaderEpoch),
            [.. Batches.Read(batch).Select(r => r.Record)]);
        Assert.Equal(batch, rebuilt);
    }
}
