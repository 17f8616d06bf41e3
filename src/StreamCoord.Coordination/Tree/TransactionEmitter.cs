using StreamCoord.ZNodes;

namespace StreamCoord.Coordination.Tree;

/// <summary>Turns what a transaction changes into records. Owned by the sequencer; its memory is used again and again.</summary>
internal sealed class TransactionEmitter(ITransactionWriter writer)
{
    private byte[] _key = new byte[1024];
    private byte[] _value = new byte[1024];
    private bool _hasBegun;

    /// <summary>The time of the next transaction, milliseconds since 1970.</summary>
    public long NowMs { get; set; }

    public void Node(string path, Zxid zxid, in NodeImage image, ReadOnlyMemory<byte>? data)
    {
        Begin(zxid);
        Ensure(ref _value, TreeRecordCodec.NodeValueBytesMax(image.Acl));
        int bytes = TreeRecordCodec.WriteNode(_value, image);
        writer.Put(KeyOf(TreeRecordKind.Node, path), _value.AsSpan(0, bytes), data.GetValueOrDefault().Span);
    }

    public void Deleted(string path, Zxid zxid, PendingNode node)
    {
        Begin(zxid);
        writer.Delete(KeyOf(TreeRecordKind.Node, path));
        if (node.Image.Aversion != 0)
        {
            writer.Delete(KeyOf(TreeRecordKind.Acl, path));
        }
        if (node.Counters.Cversion != 0)
        {
            writer.Delete(KeyOf(TreeRecordKind.Counters, path));
        }
    }

    public void Acl(string path, Zxid zxid, IReadOnlyList<AclEntry> acl, int aversion)
    {
        Begin(zxid);
        Ensure(ref _value, TreeRecordCodec.AclBytesMax(acl));
        int bytes = TreeRecordCodec.WriteAcl(_value, acl, aversion);
        writer.Put(KeyOf(TreeRecordKind.Acl, path), _value.AsSpan(0, bytes));
    }

    public void Counters(string path, Zxid zxid, ChildCounters counters)
    {
        Begin(zxid);
        TreeRecordCodec.WriteCounters(_value, counters);
        writer.Put(KeyOf(TreeRecordKind.Counters, path), _value.AsSpan(0, TreeRecordCodec.CountersBytes));
    }

    public void Session(SessionId session, Zxid zxid, int timeoutMs)
    {
        Begin(zxid);
        TreeRecordCodec.WriteSession(_value, timeoutMs);
        writer.Put(_key.AsSpan(0, TreeRecordCodec.WriteSessionKey(_key, session)), _value.AsSpan(0, TreeRecordCodec.SessionBytes));
    }

    public void SessionClosed(SessionId session, Zxid zxid)
    {
        Begin(zxid);
        writer.Delete(_key.AsSpan(0, TreeRecordCodec.WriteSessionKey(_key, session)));
    }

    public void Secret(byte[] secret) => writer.Put([(byte)TreeRecordKind.Secret, (byte)':'], secret);

    /// <summary>Writes the zxid, with which every batch begins. Calling it again within a transaction has no effect.</summary>
    public void Begin(Zxid zxid)
    {
        if (!_hasBegun)
        {
            _hasBegun = true;
            writer.Begin(NowMs);
            TreeRecordCodec.WriteZxid(_value, zxid);
            writer.Put([(byte)TreeRecordKind.Zxid, (byte)':'], _value.AsSpan(0, TreeRecordCodec.ZxidBytes));
        }
    }

    public void Commit()
    {
        _hasBegun = false;
        writer.Commit();
    }

    public void Abort()
    {
        if (_hasBegun)
        {
            _hasBegun = false;
            writer.Abort();
        }
    }

    private static void Ensure(ref byte[] buffer, int bytes)
    {
        if (buffer.Length < bytes)
        {
            buffer = new byte[bytes * 2];
        }
    }

    private ReadOnlySpan<byte> KeyOf(TreeRecordKind kind, string path)
    {
        Ensure(ref _key, 2 + (3 * path.Length));
        return _key.AsSpan(0, TreeRecordCodec.WritePathKey(_key, kind, path));
    }
}
