using System.Text;
using StreamCoord.Partitions;
using StreamCoord.Records;

namespace StreamCoord.Log.Tests;

/// <summary>A record as tests write and compare it.</summary>
internal sealed record TestRecord(string? Key, string? Value, long TimestampMs)
{
    public static RecordData Batch(params IEnumerable<TestRecord> records) => Batch(new RecordBatchBuilder(), records);

    public static RecordData Batch(RecordBatchBuilder builder, params IEnumerable<TestRecord> records)
    {
        using (builder)
        {
            foreach (TestRecord record in records)
            {
                builder.Append(record.TimestampMs, Bytes(record.Key), Bytes(record.Value));
            }
            using RecordData built = builder.Build();
            return new RecordData(built.Bytes.ToArray());
        }
    }

    /// <summary>All records of some batches, with their offsets; the batches must be sound.</summary>
    public static List<(long Offset, TestRecord Record)> Decode(ReadOnlyMemory<byte> batches)
    {
        List<(long, TestRecord)> records = [];
        var sequence = new BatchSequence(batches.Span);
        while (sequence.MoveNext(out _, out ReadOnlySpan<byte> batch))
        {
            Assert.Equal(BatchProblem.None, BatchValidator.CheckStored(batch));
            using var reader = new RecordReader(batch);
            while (reader.MoveNext(out RecordView record))
            {
                records.Add((record.Offset.Value, new TestRecord(Text(record.Key), Text(record.Value), record.TimestampMs)));
            }
            Assert.Equal(BatchProblem.None, reader.Problem);
        }
        Assert.Equal(batches.Length, sequence.ConsumedBytes);
        return records;
    }

    private static byte[]? Bytes(string? text) => text is null ? null : Encoding.UTF8.GetBytes(text);

    private static string? Text(NullableBytes bytes) => bytes.IsNull ? null : Encoding.UTF8.GetString(bytes.Span);
}
