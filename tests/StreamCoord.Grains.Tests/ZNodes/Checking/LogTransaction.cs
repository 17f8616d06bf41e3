using StreamCoord.Coordination.Tree;
using StreamCoord.Partitions;
using StreamCoord.Records;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Tests.ZNodes.Checking;

/// <summary>A transaction as the log has it, read past the tree: by its records alone.</summary>
/// <param name="Zxid">Its number.</param>
/// <param name="Changes">What it did to znodes, in order, with their data; null for a deletion.</param>
/// <param name="Sessions">The sessions that it opened and closed.</param>
/// <param name="FirstOffset">Where its batch begins.</param>
internal sealed record LogTransaction(Zxid Zxid, IReadOnlyList<(WatchEventType Type, string Path, byte[]? Data)> Changes, IReadOnlyList<(SessionId Session, bool IsOpened)> Sessions, Offset FirstOffset)
{
    /// <summary>Everything that the log holds. A batch that compaction has thinned out comes without its zxid, as <see cref="Zxid.Zero"/>.</summary>
    public static async Task<IReadOnlyList<LogTransaction>> ReadAllAsync(IPartitionGrain log)
    {
        List<LogTransaction> transactions = [];
        for (Offset next = (await log.Describe()).LogStartOffset; ;)
        {
            FetchReply reply = await log.Fetch(new FetchRequest(next, 1 << 20, 0));
            Assert.True(reply.Error == ErrorCode.None, reply.Message);
            using RecordData data = reply.Data;
            Offset end = Collect(data.Bytes.Span, transactions) ?? next;
            if (end == next)
            {
                return transactions;
            }
            next = end;
        }
    }

    private static Offset? Collect(ReadOnlySpan<byte> bytes, List<LogTransaction> transactions)
    {
        Offset? end = null;
        var batches = new BatchSequence(bytes);
        while (batches.MoveNext(out BatchHeader header, out ReadOnlySpan<byte> batch))
        {
            end = header.NextOffset;
            transactions.Add(Read(header, batch));
        }
        return end;
    }

    private static LogTransaction Read(BatchHeader header, ReadOnlySpan<byte> batch)
    {
        Zxid zxid = Zxid.Zero;
        List<(WatchEventType, string, byte[]?)> changes = [];
        List<(SessionId, bool)> sessions = [];
        using var records = new RecordReader(batch);
        while (records.MoveNext(out RecordView record))
        {
            if (TreeRecords.ZxidOf(record.Key.Span, record.Value.Span) is { } own)
            {
                zxid = own;
            }
            else if (record.Key.Span[0] == (byte)TreeRecordKind.Session)
            {
                sessions.Add((TreeRecordCodec.ReadSessionKey(record.Key.Span), !record.Value.IsNull));
            }
            else if (TreeRecords.EventOf(record.Key.Span, record.Value.Span, record.Value.IsNull, zxid) is { Type: not WatchEventType.ChildrenChanged } change)
            {
                changes.Add((change.Type, change.Path, record.Value.IsNull ? null : TreeRecordCodec.ReadData(record.Value.Span)));
            }
        }
        return new LogTransaction(zxid, changes, sessions, header.BaseOffset);
    }
}
