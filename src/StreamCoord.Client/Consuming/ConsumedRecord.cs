using System.Text;
using StreamCoord.Records;

namespace StreamCoord.Client;

/// <summary>
/// A record that was read. Key and value are slices of the memory that the batch lies in, without a copy: of records that come one by one they stay valid as long as somebody has them; of those of a
/// <see cref="ConsumedBatch"/>, as long as the batch. A slice keeps the whole of what was fetched with it in memory: whoever keeps few of many records copies them.
/// </summary>
public readonly struct ConsumedRecord
{
    private readonly RecordSlice _record;

    internal ConsumedRecord(TopicPartition partition, in RecordSlice record) => (Partition, _record) = (partition, record);

    /// <summary>Where it was read.</summary>
    public TopicPartition Partition { get; }

    /// <summary>Its offset there.</summary>
    public Offset Offset => _record.Offset;

    /// <summary>Its timestamp, milliseconds since 1970: the leader's time where the topic asks for that.</summary>
    public long TimestampMs => _record.TimestampMs;

    /// <summary>Its key, or null.</summary>
    public ReadOnlyMemory<byte>? Key => _record.Key;

    /// <summary>Its value; null in a tombstone.</summary>
    public ReadOnlyMemory<byte>? Value => _record.Value;

    /// <summary>How many headers it has.</summary>
    public int HeaderCount => _record.HeaderCount;

    /// <summary>Its headers in their order, for <c>foreach</c>; read when they are asked for.</summary>
    public RecordHeaders Headers => _record.Headers;

    /// <summary>The key as UTF-8 text, or null.</summary>
    public string? KeyText => Text(Key);

    /// <summary>The value as UTF-8 text, or null.</summary>
    public string? ValueText => Text(Value);

    /// <summary>The text of the first header of a name; null when there is none, or it has no value.</summary>
    public string? HeaderText(string name)
    {
        foreach (RecordHeaderView header in Headers)
        {
            if (header.Name == name)
            {
                return header.Value.IsNull ? null : Encoding.UTF8.GetString(header.Value.Span);
            }
        }
        return null;
    }

    private static string? Text(ReadOnlyMemory<byte>? bytes) => bytes is { } present ? Encoding.UTF8.GetString(present.Span) : null;
}
