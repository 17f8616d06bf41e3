using System.Buffers.Binary;
using CsCheck;

namespace StreamCoord.Records.Tests;

/// <summary>A record as the tests hold it.</summary>
public sealed record TestRecord(long TimestampMs, byte[]? Key, byte[]? Value, (string Name, byte[]? Value)[] Headers)
{
    public bool Matches(RecordView view)
    {
        bool matches = view.TimestampMs == TimestampMs && Same(view.Key, Key) && Same(view.Value, Value) && view.HeaderCount == Headers.Length;
        int i = 0;
        foreach (RecordHeaderView header in view.Headers)
        {
            matches &= i < Headers.Length && header.Name == Headers[i].Name && Same(header.Value, Headers[i].Value);
            i++;
        }
        return matches && i == Headers.Length;
    }

    /// <summary>Everything in it, for comparisons that print what differs.</summary>
    public override string ToString() =>
        $"{TimestampMs} {Hex(Key)}={Hex(Value)} {string.Join(",", Headers.Select(h => $"{h.Name}:{Hex(h.Value)}"))}";

    private static string Hex(byte[]? bytes) => bytes is null ? "null" : $"[{Convert.ToHexStringLower(bytes)}]";

    private static bool Same(NullableBytes actual, byte[]? expected) =>
        actual.IsNull == expected is null && actual.Span.SequenceEqual(expected);
}

/// <summary>Batches to test with.</summary>
public static class Batches
{
    public static readonly CompressionCodec[] Codecs = Enum.GetValues<CompressionCodec>();

    private static readonly Gen<byte[]?> GenBytes = Gen.Byte.Array[0, 40].Null();

    private static readonly Gen<(string, byte[]?)> GenHeader = Gen.Select(Gen.String[0, 8].Where(IsWellFormed), GenBytes);

    public static Gen<TestRecord> GenRecord { get; } = Gen.Select(
        Gen.Long[0, 4_000_000_000_000], GenBytes, Gen.OneOf(GenBytes, Gen.Byte.Array[0, 4000].Select(b => (byte[]?)b)), GenHeader.Array[0, 3],
        (time, key, value, headers) => new TestRecord(time, key, value, headers));

    public static TestRecord Record(long timestampMs, string? key, string? value) =>
        new(timestampMs, key is null ? null : System.Text.Encoding.UTF8.GetBytes(key), value is null ? null : System.Text.Encoding.UTF8.GetBytes(value), []);

    /// <summary>Three records: one with a header, one without key, one tombstone.</summary>
    public static byte[] Sample(CompressionCodec codec = CompressionCodec.None) => Build(codec,
        Record(1000, "a", "first") with { Headers = [("h", [1, 2]), ("n", null)] }, Record(1002, null, "second"), Record(1001, "c", null));

    public static byte[] Build(CompressionCodec codec, params TestRecord[] records) => Build(codec, null, records);

    public static byte[] Build(CompressionCodec codec, Action<RecordBatchBuilder>? configure, params TestRecord[] records)
    {
        using var builder = new RecordBatchBuilder { Codec = codec };
        configure?.Invoke(builder);
        foreach (TestRecord record in records)
        {
            Append(builder, record);
        }
        using Partitions.RecordData data = builder.Build();
        return data.Bytes.ToArray();
    }

    public static void Append(RecordBatchBuilder builder, TestRecord record) =>
        builder.Append(record.TimestampMs, record.Key, record.Value,
            [.. record.Headers.Select(h => new RecordHeader(h.Name, h.Value is null ? null : (ReadOnlyMemory<byte>?)h.Value))]);

    /// <summary>The records, with their offsets; fails the test on a problem.</summary>
    public static List<(long Offset, TestRecord Record)> Read(ReadOnlySpan<byte> batch)
    {
        using var reader = new RecordReader(batch);
        var records = new List<(long, TestRecord)>();
        while (reader.MoveNext(out RecordView view))
        {
            var headers = new List<(string, byte[]?)>();
            foreach (RecordHeaderView header in view.Headers)
            {
                headers.Add((header.Name, header.Value.ToArray()));
            }
            records.Add((view.Offset.Value, new TestRecord(view.TimestampMs, view.Key.ToArray(), view.Value.ToArray(), [.. headers])));
        }
        Assert.Equal(BatchProblem.None, reader.Problem);
        return records;
    }

    public static BatchHeader Header(ReadOnlySpan<byte> batch)
    {
        Assert.True(BatchHeader.TryRead(batch, out BatchHeader header));
        return header;
    }

    public static byte[] Golden(string name)
    {
        using Stream stream = typeof(Batches).Assembly.GetManifestResourceStream(name)!;
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    /// <summary>A copy with an int32 field changed and the CRC made right again.</summary>
    public static byte[] WithInt32(byte[] batch, int at, int value) => With(batch, b => BinaryPrimitives.WriteInt32BigEndian(b.AsSpan(at), value));

    public static byte[] With(byte[] batch, Action<byte[]> change)
    {
        byte[] copy = [.. batch];
        change(copy);
        BatchPatch.WriteCrc(copy);
        return copy;
    }

    private static bool IsWellFormed(string text) => text.All(c => !char.IsSurrogate(c));
}
