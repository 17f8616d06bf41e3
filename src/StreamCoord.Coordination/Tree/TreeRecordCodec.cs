using System.Buffers.Binary;
using System.Text;
using StreamCoord.ZNodes;

namespace StreamCoord.Coordination.Tree;

/// <summary>
/// The bytes of the records in <c>__znodes</c>; layouts in docs/internals/znode-records.md. Reading throws <see cref="TreeFormatException"/> for bytes that this
/// build did not write: the log's CRC has seen them before, so they are of a newer version or of a foreign hand.
/// </summary>
internal static class TreeRecordCodec
{
    /// <summary>The first byte of every value.</summary>
    public const byte Format = 1;

    /// <summary>The length of a counters value.</summary>
    public const int CountersBytes = 1 + 4 + 8;

    /// <summary>The length of a session value.</summary>
    public const int SessionBytes = 1 + 4;

    /// <summary>The length of a zxid value.</summary>
    public const int ZxidBytes = 1 + 8;

    private const int NodeBytesMax = 2 + (4 * 8) + (2 * 4) + 8;

    [Flags]
    private enum NodeFlags : byte
    {
        None = 0,

        /// <summary>Data that is not null follows.</summary>
        HasData = 1,

        /// <summary>Mzxid, mtime and version follow; else they are those of a znode that was just created.</summary>
        WasSet = 2,

        /// <summary>The owner follows.</summary>
        HasOwner = 4,

        /// <summary>An access control list and its version follow; else it is the open one, never set.</summary>
        HasAcl = 8,
    }

    /// <summary>Writes a key; returns its length. The buffer takes 2 + 3 times the path's length.</summary>
    public static int WritePathKey(Span<byte> target, TreeRecordKind kind, ReadOnlySpan<char> path)
    {
        target[0] = (byte)kind;
        target[1] = (byte)':';
        return 2 + Encoding.UTF8.GetBytes(path, target[2..]);
    }

    /// <summary>Writes the key of a session.</summary>
    public static int WriteSessionKey(Span<byte> target, SessionId session)
    {
        target[0] = (byte)TreeRecordKind.Session;
        target[1] = (byte)':';
        return 2 + Encoding.ASCII.GetBytes(session.ToString(), target[2..]);
    }

    /// <summary>The most bytes that a znode's value takes without its data.</summary>
    public static int NodeValueBytesMax(IReadOnlyList<AclEntry> acl) => NodeBytesMax + AclBytesMax(acl);

    /// <summary>The most bytes that an access control list's value takes.</summary>
    public static int AclBytesMax(IReadOnlyList<AclEntry> acl)
    {
        int bytes = 9;
        foreach (AclEntry entry in acl)
        {
            bytes += 12 + (3 * (entry.Scheme.Length + entry.Id.Length));
        }
        return bytes;
    }

    /// <summary>Writes a znode's value up to its data, which the caller puts behind it. Returns the length.</summary>
    public static int WriteNode(Span<byte> target, in NodeImage image)
    {
        NodeFlags flags = image.DataLength < 0 ? NodeFlags.None : NodeFlags.HasData;
        flags |= image.Mzxid == image.Czxid && image.Version == 0 && image.MtimeMs == image.CtimeMs ? NodeFlags.None : NodeFlags.WasSet;
        flags |= image.Owner == NodeOwner.None ? NodeFlags.None : NodeFlags.HasOwner;
        flags |= ReferenceEquals(image.Acl, AclEntry.Open) && image.Aversion == 0 ? NodeFlags.None : NodeFlags.HasAcl;
        var writer = new SpanWriter(target);
        writer.Byte(Format);
        writer.Byte((byte)flags);
        writer.Int64(image.Czxid.Value);
        writer.Int64(image.CtimeMs);
        if (flags.HasFlag(NodeFlags.WasSet))
        {
            writer.Int64(image.Mzxid.Value);
            writer.Int64(image.MtimeMs);
            writer.Int32(image.Version);
        }
        if (flags.HasFlag(NodeFlags.HasOwner))
        {
            writer.Int64(image.Owner.Value);
        }
        if (flags.HasFlag(NodeFlags.HasAcl))
        {
            WriteAcl(ref writer, image.Acl, image.Aversion);
        }
        return writer.Written;
    }

    /// <summary>Reads a znode's value; the data is what <paramref name="data"/> returns.</summary>
    public static NodeImage ReadNode(ReadOnlySpan<byte> value, AclTable? acls, out ReadOnlySpan<byte> data)
    {
        var reader = new SpanReader(value);
        reader.Format();
        var flags = (NodeFlags)reader.Byte();
        var czxid = new Zxid(reader.Int64());
        long ctimeMs = reader.Int64();
        (Zxid mzxid, long mtimeMs, int version) = flags.HasFlag(NodeFlags.WasSet)
            ? (new Zxid(reader.Int64()), reader.Int64(), reader.Int32())
            : (czxid, ctimeMs, 0);
        NodeOwner owner = flags.HasFlag(NodeFlags.HasOwner) ? new NodeOwner(reader.Int64()) : NodeOwner.None;
        (IReadOnlyList<AclEntry> acl, int aversion) = flags.HasFlag(NodeFlags.HasAcl) ? ReadAcl(ref reader, acls) : (AclEntry.Open, 0);
        data = reader.Rest;
        return new NodeImage(czxid, mzxid, ctimeMs, mtimeMs, version, aversion, owner, acl, flags.HasFlag(NodeFlags.HasData) ? data.Length : -1);
    }

    /// <summary>The data in a znode's value; null when the znode's data is null.</summary>
    public static byte[]? ReadData(ReadOnlySpan<byte> value)
    {
        NodeImage image = ReadNode(value, null, out ReadOnlySpan<byte> data);
        return image.DataLength < 0 ? null : data.ToArray();
    }

    /// <summary>Writes the value of an access control list record. Returns the length.</summary>
    public static int WriteAcl(Span<byte> target, IReadOnlyList<AclEntry> acl, int aversion)
    {
        var writer = new SpanWriter(target);
        writer.Byte(Format);
        WriteAcl(ref writer, acl, aversion);
        return writer.Written;
    }

    /// <summary>Reads the value of an access control list record.</summary>
    public static (IReadOnlyList<AclEntry> Acl, int Aversion) ReadAcl(ReadOnlySpan<byte> value, AclTable? acls)
    {
        var reader = new SpanReader(value);
        reader.Format();
        return ReadAcl(ref reader, acls);
    }

    /// <summary>Writes a counters value.</summary>
    public static void WriteCounters(Span<byte> target, ChildCounters counters)
    {
        target[0] = Format;
        BinaryPrimitives.WriteInt32BigEndian(target[1..], counters.Cversion);
        BinaryPrimitives.WriteInt64BigEndian(target[5..], counters.Pzxid.Value);
    }

    /// <summary>Reads a counters value.</summary>
    public static ChildCounters ReadCounters(ReadOnlySpan<byte> value)
    {
        var reader = new SpanReader(value);
        reader.Format();
        return new ChildCounters(reader.Int32(), new Zxid(reader.Int64()));
    }

    /// <summary>Writes a session value.</summary>
    public static void WriteSession(Span<byte> target, int timeoutMs)
    {
        target[0] = Format;
        BinaryPrimitives.WriteInt32BigEndian(target[1..], timeoutMs);
    }

    /// <summary>Reads a session value: its timeout.</summary>
    public static int ReadSession(ReadOnlySpan<byte> value)
    {
        var reader = new SpanReader(value);
        reader.Format();
        return reader.Int32();
    }

    /// <summary>Reads the id in a session's key.</summary>
    public static SessionId ReadSessionKey(ReadOnlySpan<byte> key) =>
        SessionId.TryParse(Encoding.ASCII.GetString(key[2..]), out SessionId session) ? session : throw new TreeFormatException("A session record has no session's key.");

    /// <summary>Writes a zxid value.</summary>
    public static void WriteZxid(Span<byte> target, Zxid zxid)
    {
        target[0] = Format;
        BinaryPrimitives.WriteInt64BigEndian(target[1..], zxid.Value);
    }

    /// <summary>Reads a zxid value.</summary>
    public static Zxid ReadZxid(ReadOnlySpan<byte> value)
    {
        var reader = new SpanReader(value);
        reader.Format();
        return new Zxid(reader.Int64());
    }

    private static void WriteAcl(ref SpanWriter writer, IReadOnlyList<AclEntry> acl, int aversion)
    {
        writer.Int32(aversion);
        writer.Int32(acl.Count);
        foreach (AclEntry entry in acl)
        {
            writer.Int32((int)entry.Permissions);
            writer.String(entry.Scheme);
            writer.String(entry.Id);
        }
    }

    private static (IReadOnlyList<AclEntry> Acl, int Aversion) ReadAcl(ref SpanReader reader, AclTable? acls)
    {
        int aversion = reader.Int32();
        var acl = new List<AclEntry>();
        for (int left = reader.Int32(); left > 0; left--)
        {
            acl.Add(new AclEntry((ZNodePermissions)reader.Int32(), reader.String(), reader.String()));
        }
        return (acls?.Intern(acl) ?? acl, aversion);
    }
}
