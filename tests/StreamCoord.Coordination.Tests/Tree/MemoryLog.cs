using StreamCoord.Coordination.Tree;

namespace StreamCoord.Coordination.Tests.Tree;

/// <summary>A log of transactions in memory: what the sequencer writes, and from where trees are made.</summary>
internal sealed class MemoryLog : ITransactionWriter
{
    private readonly List<Record> _open = [];

    /// <summary>The transactions, each a batch.</summary>
    public List<Record[]> Batches { get; } = [];

    private long NextOffset => Batches.Count == 0 ? 0 : Batches[^1][^1].Offset + 1;

    public void Begin(long nowMs) => _open.Clear();

    public void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, ReadOnlySpan<byte> data = default) =>
        _open.Add(new Record(NextOffset + _open.Count, key.ToArray(), [.. value, .. data]));

    public void Delete(ReadOnlySpan<byte> key) => _open.Add(new Record(NextOffset + _open.Count, key.ToArray(), null));

    public void Commit()
    {
        Batches.Add([.. _open]);
        _open.Clear();
    }

    public void Abort() => _open.Clear();

    /// <summary>Applies a transaction to a tree.</summary>
    public static void Apply(ZNodeTree tree, Record[] batch)
    {
        lock (tree.Gate)
        {
            foreach (Record record in batch)
            {
                tree.Apply(record.Key, record.Value, record.Value is null, new Offset(record.Offset));
            }
            tree.CompleteBatch(new Offset(batch[^1].Offset + 1));
        }
    }

    /// <summary>The batches as compaction leaves them: of the first ones only the newest record of each key.</summary>
    public IEnumerable<Record[]> Compacted(int cleanedBatches)
    {
        var newest = new Dictionary<string, long>();
        foreach (Record record in Batches.SelectMany(batch => batch))
        {
            newest[Convert.ToHexString(record.Key)] = record.Offset;
        }
        for (int i = 0; i < Batches.Count; i++)
        {
            Record[] kept = i >= cleanedBatches ? Batches[i] : [.. Batches[i].Where(record => newest[Convert.ToHexString(record.Key)] == record.Offset && record.Value is not null)];
            if (kept.Length > 0)
            {
                yield return kept;
            }
        }
    }

    /// <summary>The data in the record at an offset, as a znode's grain reads it.</summary>
    public byte[]? DataAt(Offset offset)
    {
        Record record = Batches.SelectMany(batch => batch).Single(record => record.Offset == offset.Value);
        return TreeRecordCodec.ReadData(record.Value);
    }

    internal sealed record Record(long Offset, byte[] Key, byte[]? Value);
}
