using System.Buffers.Text;
using System.Globalization;
using StreamCoord.Records;

namespace StreamCoord.Gateway.Http.Records;

/// <summary>
/// Where a stream stands: the next offset of each partition. It travels as the event id, <c>0=12,1=7</c>. Not safe for concurrent use.
/// </summary>
internal sealed class StreamPosition
{
    private const int EntriesMax = 100_000;
    private const int NumberBytesMax = 20;
    private readonly SortedDictionary<int, long> _next = [];

    /// <summary>The next offset of a partition, or null when it is not known.</summary>
    public Offset? this[int partition] => _next.TryGetValue(partition, out long next) ? new Offset(next) : null;

    /// <summary>Moves a partition.</summary>
    public void Set(int partition, Offset next) => _next[partition] = next.Value;

    /// <summary>Adds the event id to the buffer.</summary>
    public void Write(PooledBuffer output)
    {
        bool first = true;
        foreach ((int partition, long next) in _next)
        {
            Span<byte> target = output.GetSpan((2 * NumberBytesMax) + 2);
            int at = 0;
            if (!first)
            {
                target[at++] = (byte)',';
            }
            first = false;
            Utf8Formatter.TryFormat(partition, target[at..], out int written);
            at += written;
            target[at++] = (byte)'=';
            Utf8Formatter.TryFormat(next, target[at..], out written);
            output.Advance(at + written);
        }
    }

    /// <summary>Reads an event id; null when it is not one.</summary>
    public static StreamPosition? Parse(string text)
    {
        var position = new StreamPosition();
        foreach (Range range in text.AsSpan().Split(','))
        {
            ReadOnlySpan<char> entry = text.AsSpan()[range].Trim();
            int equals = entry.IndexOf('=');
            if (equals < 0
                || !int.TryParse(entry[..equals], NumberStyles.None, CultureInfo.InvariantCulture, out int partition)
                || !long.TryParse(entry[(equals + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out long next)
                || position._next.Count >= EntriesMax
                || !position._next.TryAdd(partition, next))
            {
                return null;
            }
        }
        return position;
    }
}
