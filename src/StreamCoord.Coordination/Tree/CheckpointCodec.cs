using System.Text;
using StreamCoord.Coordination.Quotas;

namespace StreamCoord.Coordination.Tree;

/// <summary>
/// The content of a checkpoint: a head, and then all znodes without their data, in pieces. The tree may go on between two pieces: each znode is written as it is then, and
/// applying the log from the head's offset on, up to any point after the last piece, gives the tree of that point, because the log holds after-images.
/// </summary>
public static class CheckpointCodec
{
    // Znodes of one piece are written under the gate: some hundred microseconds.
    private const int NodesPerPiece = 2_000;

    private const int NodeFixedBytesMax = 64;

    /// <summary>The head: where in the log the checkpoint stands, sessions and quotas.</summary>
    public static byte[] WriteHead(ZNodeTree tree)
    {
        lock (tree.Gate)
        {
            byte[] secret = tree.Secret ?? [];
            (string Path, string Limits)[] quotas = [.. tree.Quotas.All.Select(quota => (quota.Path, quota.Limits.Format()))];
            int bytes = 64 + secret.Length + (12 * tree.Sessions.Count) + quotas.Sum(quota => 8 + (3 * (quota.Path.Length + quota.Limits.Length)));
            byte[] head = new byte[bytes];
            var writer = new SpanWriter(head);
            writer.Int64(tree.NextOffset.Value);
            writer.Int64(tree.Applied.Value);
            writer.Int32(tree.NodeCount);
            writer.Int32(secret.Length);
            writer.Bytes(secret);
            writer.Int32(tree.Sessions.Count);
            foreach ((SessionId session, int timeoutMs) in tree.Sessions)
            {
                writer.Int64(session.Value);
                writer.Int32(timeoutMs);
            }
            writer.Int32(quotas.Length);
            foreach ((string path, string limits) in quotas)
            {
                writer.String(path);
                writer.String(limits);
            }
            return head[..writer.Written];
        }
    }

    /// <summary>Takes a head over into an empty tree.</summary>
    /// <exception cref="TreeFormatException">It is malformed.</exception>
    public static void ReadHead(ZNodeTree tree, ReadOnlySpan<byte> head)
    {
        var reader = new SpanReader(head);
        var nextOffset = new Offset(reader.Int64());
        var zxid = new Zxid(reader.Int64());
        tree.LoadPosition(zxid, nextOffset);
        tree.Slots.EnsureCapacity(reader.Int32());
        byte[] secret = reader.Bytes().ToArray();
        tree.Secret = secret.Length > 0 ? secret : null;
        for (int left = reader.Int32(); left > 0; left--)
        {
            tree.LoadSession(new SessionId(reader.Int64()), reader.Int32());
        }
        for (int left = reader.Int32(); left > 0; left--)
        {
            tree.Quotas.Set(reader.String(), QuotaLimits.Parse(Encoding.UTF8.GetBytes(reader.String())), default);
        }
    }

    /// <summary>Writes the next piece; returns its length, 0 at the end.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="slot">Where the walk is; 0 at first.</param>
    /// <param name="buffer">Takes the piece; it grows when need be.</param>
    /// <param name="nodesMax">How many znodes at most.</param>
    public static int WritePiece(ZNodeTree tree, ref int slot, ref byte[] buffer, int nodesMax = NodesPerPiece)
    {
        Span<char> path = stackalloc char[1024];
        lock (tree.Gate)
        {
            int written = 0;
            for (int end = Math.Min(tree.Slots.End, slot + nodesMax); slot < end; slot++)
            {
                if (tree.Slots[slot] is { IsKnown: true } node)
                {
                    ReadOnlySpan<char> own = node.PathIn(path, out bool fits);
                    written = WriteNode(ref buffer, written, node, fits ? own : node.Path);
                }
            }
            // A piece of free slots is no end.
            return written == 0 && slot < tree.Slots.End ? WritePiece(tree, ref slot, ref buffer, nodesMax) : written;
        }
    }

    /// <summary>Takes a piece over.</summary>
    /// <exception cref="TreeFormatException">It is malformed.</exception>
    public static void ReadPiece(ZNodeTree tree, ReadOnlySpan<byte> piece)
    {
        var reader = new SpanReader(piece);
        char[] path = new char[256];
        while (!reader.IsAtEnd)
        {
            ReadOnlySpan<byte> name = reader.Bytes();
            if (path.Length < name.Length)
            {
                path = new char[name.Length * 2];
            }
            int length = Encoding.UTF8.GetChars(name, path);
            NodeImage image = TreeRecordCodec.ReadNode(reader.Bytes(), tree.Acls, out _) with { DataLength = reader.Int32() };
            var dataOffset = new Offset(reader.Int64());
            var counters = new ChildCounters(reader.Int32(), new Zxid(reader.Int64()));
            tree.Load(path.AsSpan(0, length), image, counters, dataOffset);
        }
    }

    private static int WriteNode(ref byte[] buffer, int at, ZNode node, ReadOnlySpan<char> path)
    {
        int bytes = NodeFixedBytesMax + (3 * path.Length) + TreeRecordCodec.NodeValueBytesMax(node.Acl);
        if (buffer.Length - at < bytes)
        {
            Array.Resize(ref buffer, Math.Max(buffer.Length * 2, at + bytes));
        }
        var writer = new SpanWriter(buffer.AsSpan(at));
        writer.String(path);
        Span<byte> image = stackalloc byte[512];
        int imageBytes = TreeRecordCodec.NodeValueBytesMax(node.Acl);
        image = imageBytes <= image.Length ? image : new byte[imageBytes];
        image = image[..TreeRecordCodec.WriteNode(image, node.Image)];
        writer.Int32(image.Length);
        writer.Bytes(image);
        writer.Int32(node.Image.DataLength);
        writer.Int64(node.DataOffset.Value);
        writer.Int32(node.Counters.Cversion);
        writer.Int64(node.Counters.Pzxid.Value);
        return at + writer.Written;
    }
}
