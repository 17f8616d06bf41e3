using StreamCoord.ZNodes;

namespace StreamCoord.Coordination.Tree;

/// <summary>
/// One znode of the committed tree, without its data. There may be millions: it holds no path, only its name and its parent. Guarded by the
/// tree's gate.
/// </summary>
internal sealed class ZNode(string name, ZNode? parent)
{
    // In the sign of the slot, where it takes no room.
    private const int KnownFlag = int.MinValue;

    private long _czxid;
    private long _mzxid;
    private long _ctimeMs;
    private long _mtimeMs;
    private long _owner;
    private long _dataOffset = Offset.None.Value;
    private int _version;
    private int _aversion;
    private int _dataLength = -1;
    private int _slot;
    private Branch? _branch;

    /// <summary>The last segment of the path; empty for the root.</summary>
    public string Name => name;

    /// <summary>Null for the root and for a znode that was deleted.</summary>
    public ZNode? Parent { get; set; } = parent;

    /// <summary>The children by name; null as long as there was none.</summary>
    public HashSet<ZNode>? Children
    {
        get => _branch?.Children;
        set => EnsureBranch().Children = value;
    }

    public int ChildCount => Children?.Count ?? 0;

    /// <summary>How many znodes lie below this one.</summary>
    public int DescendantCount
    {
        get => _branch?.DescendantCount ?? 0;
        set => EnsureBranch().DescendantCount = value;
    }

    /// <summary>Where the tree keeps it; see <see cref="NodeSlots"/>.</summary>
    public int Slot
    {
        get => _slot & int.MaxValue;
        set => _slot = value | (_slot & KnownFlag);
    }

    /// <summary>
    /// False for a znode that is only known from its children yet: while the tree is loaded a child's record may come before its parent's, which was
    /// written again later.
    /// </summary>
    public bool IsKnown
    {
        get => (_slot & KnownFlag) != 0;
        set => _slot = (_slot & int.MaxValue) | (value ? KnownFlag : 0);
    }

    /// <summary>The access control list; one object for all znodes with the same.</summary>
    public IReadOnlyList<AclEntry> Acl { get; set; } = AclEntry.Open;

    /// <summary>The record in the log that holds the data; <see cref="Offset.None"/> for the initial znodes.</summary>
    public Offset DataOffset
    {
        get => new(_dataOffset);
        set => _dataOffset = value.Value;
    }

    public NodeOwner Owner => new(_owner);

    public int Aversion
    {
        get => _aversion;
        set => _aversion = value;
    }

    public long MtimeMs => _mtimeMs;

    public NodeImage Image
    {
        get => new(new Zxid(_czxid), new Zxid(_mzxid), _ctimeMs, _mtimeMs, _version, _aversion, new NodeOwner(_owner), Acl, _dataLength);
        set
        {
            (_czxid, _mzxid, _ctimeMs, _mtimeMs) = (value.Czxid.Value, value.Mzxid.Value, value.CtimeMs, value.MtimeMs);
            (_version, _aversion, _owner, Acl, _dataLength) = (value.Version, value.Aversion, value.Owner.Value, value.Acl, value.DataLength);
        }
    }

    /// <summary>Those of its birth, as long as it never had a child.</summary>
    public ChildCounters Counters
    {
        get => _branch?.Counters ?? new ChildCounters(0, new Zxid(_czxid));
        set
        {
            if (value != Counters)
            {
                EnsureBranch().Counters = value;
            }
        }
    }

    public ZNodeStat Stat => StatRules.Report(Image, Counters, ChildCount);

    /// <summary>The path, put together from the names.</summary>
    public string Path
    {
        get
        {
            int length = PathLength;
            return length == 0 ? "/" : string.Create(length, this, static (chars, node) => node.WritePath(chars));
        }
    }

    private int PathLength
    {
        get
        {
            int length = 0;
            for (ZNode node = this; node.Parent is not null; node = node.Parent)
            {
                length += node.Name.Length + 1;
            }
            return length;
        }
    }

    private Branch EnsureBranch() => _branch ??= new Branch { Counters = Counters };

    /// <summary>Writes the path into a buffer; returns it, or null when the buffer is too small.</summary>
    public ReadOnlySpan<char> PathIn(Span<char> buffer, out bool fits)
    {
        int length = PathLength;
        fits = length <= buffer.Length && buffer.Length > 0;
        if (!fits)
        {
            return default;
        }
        if (length == 0)
        {
            buffer[0] = '/';
            return buffer[..1];
        }
        WritePath(buffer[..length]);
        return buffer[..length];
    }

    private void WritePath(Span<char> chars)
    {
        int at = chars.Length;
        for (ZNode node = this; node.Parent is not null; node = node.Parent)
        {
            at -= node.Name.Length;
            node.Name.CopyTo(chars[at..]);
            chars[--at] = '/';
        }
    }
}
