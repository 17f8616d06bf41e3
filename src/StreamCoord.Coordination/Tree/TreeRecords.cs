using System.Text;
using StreamCoord.ZNodes;

namespace StreamCoord.Coordination.Tree;

/// <summary>What single records of <c>__znodes</c> tell somebody who does not have the tree. Stateless.</summary>
public static class TreeRecords
{
    /// <summary>The zxid in the record that begins a transaction's batch; null for every other record.</summary>
    public static Zxid? ZxidOf(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) =>
        key is [(byte)TreeRecordKind.Zxid, (byte)':'] ? TreeRecordCodec.ReadZxid(value) : null;

    /// <summary>What the record tells of a znode; null when it is nothing that watches hear of.</summary>
    /// <param name="key">The record's key.</param>
    /// <param name="value">The record's value.</param>
    /// <param name="isTombstone">Whether the value is null.</param>
    /// <param name="zxid">The transaction that the record belongs to.</param>
    public static WatchEvent? EventOf(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool isTombstone, Zxid zxid)
    {
        if (key.Length < 3)
        {
            return null;
        }
        switch ((TreeRecordKind)key[0])
        {
            case TreeRecordKind.Node when isTombstone:
                return new WatchEvent(WatchEventType.Deleted, PathOf(key), zxid);
            case TreeRecordKind.Node:
                NodeImage image = TreeRecordCodec.ReadNode(value, null, out _);
                return new WatchEvent(image.IsBirth(zxid) ? WatchEventType.Created : WatchEventType.DataChanged, PathOf(key), zxid);
            case TreeRecordKind.Counters when !isTombstone:
                return new WatchEvent(WatchEventType.ChildrenChanged, PathOf(key), zxid);
            default:
                return null;
        }
    }

    private static string PathOf(ReadOnlySpan<byte> key) => Encoding.UTF8.GetString(key[2..]);
}
