using System.Text;
using StreamCoord.Records;

namespace StreamCoord.Client.Producing;

/// <summary>How much of a batch a record takes. Stateless.</summary>
internal static class RecordSize
{
    private const int HeaderPrefixBytesMax = 10;

    /// <summary>The most that it takes, in bytes.</summary>
    public static long Max(in OutgoingRecord record, ReadOnlySpan<RecordHeader> headers)
    {
        long sizeBytes = RecordBatchBuilder.RecordSizeBytesMax(record.Key?.Length ?? 0, record.Value?.Length ?? 0);
        foreach (RecordHeader header in headers)
        {
            sizeBytes += HeaderPrefixBytesMax + Encoding.UTF8.GetByteCount(header.Name) + (header.Value?.Length ?? 0);
        }
        return sizeBytes;
    }
}
