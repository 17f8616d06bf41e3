using CsCheck;

namespace StreamCoord.Records.Tests;

/// <summary>A cursor reads what a reader reads, of sound batches and of damaged ones, and its slices outlive each step.</summary>
public sealed class RecordCursorTests
{
    private const int DecompressedBytesMax = 1 << 20;

    public static TheoryData<CompressionCodec> EveryCodec => [.. Batches.Codecs];

    [Theory]
    [MemberData(nameof(EveryCodec))]
    public void It_reads_what_a_reader_reads_also_of_damaged_batches(CompressionCodec codec) =>
        Gen.Select(Batches.GenRecord.Array[1, 10], Gen.Select(Gen.Int[0, 100_000], Gen.Byte).Array[0, 3]).Sample(
            (records, changes) =>
            {
                byte[] batch = Batches.With(Batches.Build(codec, builder => builder.BaseOffset = new Offset(7), records), b =>
                {
                    foreach ((int at, byte value) in changes)
                    {
                        b[BatchLayout.AttributesAt + (at % (b.Length - BatchLayout.AttributesAt))] = value;
                    }
                });
                (List<string> read, BatchProblem problem) = ReadByReader(batch);
                (List<string> sliced, BatchProblem same) = ReadByCursor(batch);
                return read.SequenceEqual(sliced) && problem == same;
            },
            iter: 300);

    private static (List<string> Records, BatchProblem Problem) ReadByReader(byte[] batch)
    {
        using var reader = new RecordReader(batch, DecompressedBytesMax);
        List<string> records = [];
        while (reader.MoveNext(out RecordView view))
        {
            records.Add($"{view.Offset} {view.TimestampMs} {Hex(view.Key.ToArray())} {Hex(view.Value.ToArray())} {Headers(view.Headers)}");
        }
        return (records, reader.Problem);
    }

    // Looked at when all of them are there.
    private static (List<string> Records, BatchProblem Problem) ReadByCursor(byte[] batch)
    {
        using var cursor = new RecordCursor(batch, DecompressedBytesMax);
        List<RecordSlice> slices = [];
        while (cursor.MoveNext(out RecordSlice slice))
        {
            slices.Add(slice);
        }
        return ([.. slices.Select(slice => $"{slice.Offset} {slice.TimestampMs} {Hex(slice.Key?.ToArray())} {Hex(slice.Value?.ToArray())} {Headers(slice.Headers)}")], cursor.Problem);
    }

    private static string Headers(RecordHeaders headers)
    {
        string text = "";
        foreach (RecordHeaderView header in headers)
        {
            text += $"{Hex(header.NameUtf8.ToArray())}={Hex(header.Value.ToArray())},";
        }
        return text;
    }

    private static string Hex(byte[]? bytes) => bytes is null ? "null" : Convert.ToHexString(bytes);
}
