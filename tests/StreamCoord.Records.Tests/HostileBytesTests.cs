using CsCheck;

namespace StreamCoord.Records.Tests;

/// <summary>Nothing that arrives may throw, be read outside, or pass for a batch that it is not.</summary>
public sealed class HostileBytesTests
{
    private const int DecompressedBytesMax = 1 << 20;

    private static readonly BatchRules Rules = new() { ChecksTimestamps = false, DecompressedBytesMax = DecompressedBytesMax };

    public static TheoryData<CompressionCodec> EveryCodec => [.. Batches.Codecs];

    [Theory]
    [MemberData(nameof(EveryCodec))]
    public void A_batch_cut_anywhere_is_refused(CompressionCodec codec)
    {
        byte[] batch = Batches.Sample(codec);
        for (int length = 0; length < batch.Length; length++)
        {
            Assert.NotEqual(BatchProblem.None, BatchValidator.Check(batch.AsSpan(0, length), Rules).Problem);
            Assert.NotEqual(BatchProblem.None, BatchValidator.CheckStored(batch.AsSpan(0, length)));
            Assert.NotEqual(BatchProblem.None, ReadAll(batch.AsSpan(0, length)));
        }
    }

    [Theory]
    [MemberData(nameof(EveryCodec))]
    public void A_batch_with_any_bit_flipped_is_refused_but_for_what_the_leader_writes(CompressionCodec codec)
    {
        byte[] batch = Batches.Sample(codec);
        for (int bit = 0; bit < batch.Length * 8; bit++)
        {
            byte[] flipped = [.. batch];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            bool outsideCrc = bit / 8 is < BatchLayout.LengthAt or (>= BatchLayout.LeaderEpochAt and < BatchLayout.MagicAt);
            Assert.Equal(outsideCrc, BatchValidator.Check(flipped, Rules).IsValid);
            Assert.Equal(outsideCrc, BatchValidator.CheckStored(flipped) == BatchProblem.None);
            ReadAll(flipped);
        }
    }

    [Theory]
    [MemberData(nameof(EveryCodec))]
    public void A_batch_damaged_under_a_right_crc_never_throws_and_reads_only_what_was_checked(CompressionCodec codec) =>
        Gen.Select(Batches.GenRecord.Array[1, 6], Gen.Select(Gen.Int[0, 100_000], Gen.Byte).Array[1, 4]).Sample(
            (records, changes) =>
            {
                byte[] batch = Batches.With(Batches.Build(codec, records), b =>
                {
                    foreach ((int at, byte value) in changes)
                    {
                        b[BatchLayout.AttributesAt + (at % (b.Length - BatchLayout.AttributesAt))] = value;
                    }
                });
                bool valid = BatchValidator.Check(batch, Rules).IsValid;
                BatchProblem problem = ReadAll(batch);
                return !valid || problem == BatchProblem.None;
            },
            iter: 3000);

    [Fact]
    public void Random_bytes_never_throw() =>
        Gen.Byte.Array[0, 300].Sample(
            bytes =>
            {
                bool valid = BatchValidator.Check(bytes, Rules).IsValid;
                BatchValidator.CheckStored(bytes);
                ReadAll(bytes);
                var sequence = new BatchSequence(bytes);
                while (sequence.MoveNext(out _, out ReadOnlySpan<byte> batch))
                {
                    ReadAll(batch);
                }
                return !valid && sequence.ConsumedBytes <= bytes.Length;
            },
            iter: 20_000);

    [Theory]
    [MemberData(nameof(EveryCodec))]
    public void Decompressing_anything_never_throws_and_keeps_the_limit(CompressionCodec codec) =>
        Gen.Select(Gen.Byte.Array[0, 2000], Gen.Select(Gen.Int[0, 100_000], Gen.Byte).Array[0, 4], Gen.Int[0, 3000], Gen.Bool).Sample(
            (plain, changes, sizeBytesMax, startFromValid) =>
            {
                using var compressed = new PooledBuffer();
                if (startFromValid)
                {
                    BatchCompression.Compress(codec, null, plain, compressed);
                }
                else
                {
                    compressed.Write(plain);
                }
                foreach ((int at, byte value) in changes.Where(_ => compressed.WrittenBytes > 0))
                {
                    compressed.WrittenSpan[at % compressed.WrittenBytes] = value;
                }
                using var output = new PooledBuffer();
                BatchProblem problem = BatchCompression.Decompress(codec, compressed.WrittenSpan, sizeBytesMax, output);
                bool untouched = startFromValid && changes.Length == 0;
                return output.WrittenBytes <= sizeBytesMax
                    && (!untouched || (problem == BatchProblem.None) == (plain.Length <= sizeBytesMax))
                    && (!untouched || problem != BatchProblem.None || output.WrittenSpan.SequenceEqual(plain));
            },
            iter: 2000);

    private static BatchProblem ReadAll(ReadOnlySpan<byte> bytes)
    {
        using var reader = new RecordReader(bytes, DecompressedBytesMax);
        while (reader.MoveNext(out RecordView record))
        {
            _ = record.Key.Span.Length + record.Value.Span.Length;
            foreach (RecordHeaderView header in record.Headers)
            {
                _ = header.Name.Length + header.Value.Span.Length;
            }
        }
        return reader.Problem;
    }
}
