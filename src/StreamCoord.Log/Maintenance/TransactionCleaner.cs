using StreamCoord.Log.Producers;
using StreamCoord.Records;

namespace StreamCoord.Log.Maintenance;

/// <summary>
/// What compaction does with transactions, as Kafka does: records of aborted ones go at once; a marker stays as long as something of its transaction is there, and then for <c>delete.retention.ms</c>. Only
/// decided transactions are ever compacted. Not safe for concurrent use; for one pass from the log's beginning on.
/// </summary>
internal sealed class TransactionCleaner
{
    private readonly Dictionary<long, List<AbortedRange>> _aborted = [];
    private readonly HashSet<long> _withRecords = [];

    public TransactionCleaner(IEnumerable<AbortedRange> aborted)
    {
        foreach (AbortedRange range in aborted)
        {
            if (!_aborted.TryGetValue(range.ProducerId, out List<AbortedRange>? ranges))
            {
                _aborted.Add(range.ProducerId, ranges = []);
            }
            ranges.Add(range);
        }
    }

    /// <summary>Whether a batch's records belong to a transaction that was aborted.</summary>
    public bool IsAborted(in BatchHeader header)
    {
        if (!header.IsTransactional || header.IsControl || !_aborted.TryGetValue(header.ProducerId, out List<AbortedRange>? ranges))
        {
            return false;
        }
        Offset offset = header.BaseOffset;
        int after = FindFirstMarkedAfter(ranges, offset);
        return after < ranges.Count && ranges[after].FirstOffset <= offset;
    }

    /// <summary>A batch of a transaction was read that has records, whatever becomes of them in this pass.</summary>
    public void Met(in BatchHeader header)
    {
        if (header.IsTransactional && header.RecordCount > 0)
        {
            _withRecords.Add(header.ProducerId);
        }
    }

    /// <summary>A marker was read; true when nothing of its transaction was met before it, so that its time may run.</summary>
    public bool IsWithoutRecords(in BatchHeader marker) => !_withRecords.Remove(marker.ProducerId);

    // Transactions of one producer follow each other, so their markers rise.
    private static int FindFirstMarkedAfter(List<AbortedRange> ranges, Offset offset)
    {
        int low = 0;
        int high = ranges.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (ranges[middle].MarkerOffset > offset)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }
        return low;
    }
}
