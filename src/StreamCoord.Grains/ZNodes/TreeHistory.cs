using System.Runtime.CompilerServices;

using StreamCoord.Coordination.Tree;
using StreamCoord.Partitions;
using StreamCoord.Records;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.ZNodes;

/// <summary>Reads from the log what a watch would have told since a transaction. Holds nothing; safe for concurrent use.</summary>
internal sealed class TreeHistory(TreeFeed feed, TreeLog log)
{
    private const int ReadBytesMax = 256 * 1024;
    private static readonly HistoryFilter AllChanges = new("/", WatchKinds.PersistentRecursive, Zxid.Zero);

    /// <summary>See <see cref="ICoordination.ReadHistoryAsync"/>.</summary>
    public async IAsyncEnumerable<WatchEvent> ReadAsync(
        ZNodeCaller caller, string path, WatchKinds kinds, Zxid after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await feed.Loaded.WaitAsync(cancellationToken);
        Offset end = feed.Tree.NextOffset;
        var filter = new HistoryFilter(path, kinds, after);
        for (Offset next = await FindAsync(after, end); next < end;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var events = new List<WatchEvent>();
            using (RecordData data = await log.ReadAsync(next, ReadBytesMax))
            {
                next = Collect(data.Bytes.Span, end, filter, events);
            }
            foreach (WatchEvent watchEvent in events.Where(watchEvent => MaySee(caller, watchEvent)))
            {
                yield return watchEvent;
            }
        }
    }

    /// <summary>Where the transaction with a zxid begins, or the first later one; the beginning of the log when all of it is later.</summary>
    /// <exception cref="HistoryGoneException">The log does not reach back that far.</exception>
    public async Task<Offset> FindFromAsync(Zxid zxid)
    {
        await feed.Loaded;
        Offset end = feed.Tree.NextOffset;
        (Offset found, bool isKept) = await SearchAsync(new Zxid(Math.Max(0, zxid.Value - 1)), end);
        return isKept || (found < end && await ZxidAtAsync(found) == zxid) ? found : throw new HistoryGoneException($"The changes from {zxid} on are not kept any more. Read what is there and begin with the newest.");
    }

    /// <summary>Reads the next committed and applied transactions from an offset on; returns where the ones behind them begin.</summary>
    public async Task<Offset> ReadNextAsync(Offset from, List<WatchEvent> events)
    {
        using RecordData data = await log.ReadAsync(from, ReadBytesMax);
        return Collect(data.Bytes.Span, feed.Tree.NextOffset, AllChanges, events);
    }

    private async Task<Offset> FindAsync(Zxid after, Offset end)
    {
        (Offset found, bool isKept) = await SearchAsync(after, end);
        return isKept && (found > Offset.Zero || after == Zxid.Zero || found == end)
            ? found
            : throw new HistoryGoneException($"The changes after {after} are not kept any more, or {after} is not of this tree. Read the znode and watch it anew.");
    }

    // The first batch of a later transaction, by halving: batches lie in the order of their zxids. One that compaction has thinned out has no zxid any more; the history begins
    // behind the last of those.
    private async Task<(Offset Found, bool IsKept)> SearchAsync(Zxid after, Offset end)
    {
        Offset low = log.StartOffset;
        Offset high = end;
        Offset knownEnd = log.StartOffset;
        while (low < high)
        {
            var middle = new Offset(low.Value + ((high.Value - low.Value) / 2));
            using RecordData data = await log.ReadAsync(middle, 1);
            (BatchHeader header, Zxid? zxid) = First(data.Bytes.Span);
            if (zxid is { } found && found > after)
            {
                high = header.BaseOffset < middle ? header.BaseOffset : middle;
            }
            else
            {
                low = header.NextOffset;
                knownEnd = zxid is null ? knownEnd : low;
            }
        }
        return (low, low == knownEnd);
    }

    private async Task<Zxid?> ZxidAtAsync(Offset offset)
    {
        using RecordData data = await log.ReadAsync(offset, 1);
        return First(data.Bytes.Span).Zxid;
    }

    private static (BatchHeader Header, Zxid? Zxid) First(ReadOnlySpan<byte> bytes)
    {
        var batches = new BatchSequence(bytes);
        bool isBatch = batches.MoveNext(out BatchHeader header, out ReadOnlySpan<byte> batch);
        Invariant.Holds(isBatch);
        using var records = new RecordReader(batch);
        return (header, records.MoveNext(out RecordView record) ? TreeRecords.ZxidOf(record.Key.Span, record.Value.Span) : null);
    }

    private static Offset Collect(ReadOnlySpan<byte> bytes, Offset end, HistoryFilter filter, List<WatchEvent> events)
    {
        var batches = new BatchSequence(bytes);
        Offset next = end;
        while (batches.MoveNext(out BatchHeader header, out ReadOnlySpan<byte> batch) && header.BaseOffset < end)
        {
            next = header.NextOffset;
            Zxid zxid = Zxid.Zero;
            using var records = new RecordReader(batch);
            while (records.MoveNext(out RecordView record))
            {
                if (TreeRecords.ZxidOf(record.Key.Span, record.Value.Span) is { } own)
                {
                    zxid = own;
                }
                else if (TreeRecords.EventOf(record.Key.Span, record.Value.Span, record.Value.IsNull, zxid) is { } watchEvent && filter.Wants(watchEvent))
                {
                    events.Add(watchEvent);
                }
            }
        }
        return next;
    }

    private bool MaySee(ZNodeCaller caller, WatchEvent watchEvent)
    {
        lock (feed.Tree.Gate)
        {
            return ReadRules.MayRead(feed.Tree, caller, watchEvent.Path);
        }
    }
}
