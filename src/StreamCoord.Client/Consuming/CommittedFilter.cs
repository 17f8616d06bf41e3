using StreamCoord.Partitions;
using StreamCoord.Records;

namespace StreamCoord.Client.Consuming;

/// <summary>Which batches of one fetch belong to aborted transactions: those of a producer from the transaction's first offset on, until its marker. Batches are asked about in their order. Not safe for concurrent use.</summary>
internal sealed class CommittedFilter(IReadOnlyList<AbortedTransaction> aborted)
{
    private readonly Queue<AbortedTransaction> _coming = new(aborted.OrderBy(one => one.FirstOffset.Value));
    private readonly HashSet<long> _dropped = [];

    /// <summary>Whether a batch's records do not count.</summary>
    /// <param name="header">The batch's header.</param>
    /// <param name="batch">The whole batch.</param>
    public bool IsDropped(in BatchHeader header, ReadOnlySpan<byte> batch)
    {
        if (_dropped.Count == 0 && _coming.Count == 0)
        {
            return false;
        }
        while (_coming.TryPeek(out AbortedTransaction next) && next.FirstOffset <= header.LastOffset)
        {
            _dropped.Add(_coming.Dequeue().ProducerId);
        }
        if (header.IsControl && TransactionMarker.TryRead(batch) is not null)
        {
            _dropped.Remove(header.ProducerId);
        }
        return header.IsTransactional && _dropped.Contains(header.ProducerId);
    }
}
