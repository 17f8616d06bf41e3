using System.Buffers.Binary;
using System.Globalization;
using StreamCoord.Coordination.Tree;
using StreamCoord.Log.Storage;
using StreamCoord.Records;

namespace StreamCoord.Grains.ZNodes;

/// <summary>
/// The checkpoints of the tree in a directory: reads and writes them as files of checked frames. Layout in docs/internals/znode-records.md.
/// </summary>
/// <remarks>Keeps nothing, and blocks on the disk. One caller at a time may write. A checkpoint that has its name is durable and whole.</remarks>
internal sealed class CheckpointFiles(ILogDisk disk, ZNodePlace place)
{
    private const uint Magic = 0x53435a43; // "SCZC"
    private const int Version = 1;
    private const int FrameHeadBytes = 8;
    private const int FrameBytesMax = 256 * 1024 * 1024;
    private const string Prefix = "checkpoint-";

    // One name for all, so that what a crash leaves is overwritten by the next.
    private const string UnfinishedName = "checkpoint.tmp";

    /// <summary>Where in the log there are checkpoints, the newest first. Makes the directory when there is none.</summary>
    public IReadOnlyList<Offset> List()
    {
        disk.CreateDirectory(place.Directory);
        List<Offset> offsets = [];
        foreach (DiskEntry entry in disk.List(place.Directory))
        {
            if (entry.Name.StartsWith(Prefix, StringComparison.Ordinal) &&
                long.TryParse(entry.Name.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long offset))
            {
                offsets.Add(new Offset(offset));
            }
        }
        return [.. offsets.OrderDescending()];
    }

    /// <summary>Reads a checkpoint into a tree of its own; null when it is damaged.</summary>
    /// <exception cref="TreeFormatException">It is of another format.</exception>
    public ZNodeTree? TryRead(Offset offset)
    {
        using ILogFile file = disk.OpenRead(PathOf(offset));
        // Twice: once to see that every byte is sound, for a tree that has half a checkpoint is of no use.
        if (!TryReadFrames(file, null))
        {
            return null;
        }
        var tree = new ZNodeTree();
        bool isHead = true;
        bool isRead = TryReadFrames(file, content =>
        {
            if (isHead)
            {
                CheckpointCodec.ReadHead(tree, content);
            }
            else
            {
                CheckpointCodec.ReadPiece(tree, content);
            }
            isHead = false;
        });
        return isRead ? tree : null;
    }

    /// <summary>Writes the tree, which may go on meanwhile, and then deletes the checkpoints before. Returns where in the log the new one stands.</summary>
    public Offset Write(ZNodeTree tree)
    {
        byte[] head = CheckpointCodec.WriteHead(tree);
        var offset = new Offset(BinaryPrimitives.ReadInt64BigEndian(head));
        string unfinished = Path.Combine(place.Directory, UnfinishedName);
        using (ILogFile file = disk.Open(unfinished))
        {
            WriteFrames(file, tree, head);
            file.Flush();
        }
        disk.Rename(unfinished, PathOf(offset));
        disk.FlushDirectory(place.Directory);
        foreach (Offset old in List().Where(known => known != offset))
        {
            disk.Delete(PathOf(old));
        }
        return offset;
    }

    private static void WriteFrames(ILogFile file, ZNodeTree tree, byte[] head)
    {
        file.SetLength(0);
        byte[] intro = new byte[8];
        BinaryPrimitives.WriteUInt32BigEndian(intro, Magic);
        BinaryPrimitives.WriteInt32BigEndian(intro.AsSpan(4), Version);
        file.Write(intro, 0);
        long position = intro.Length;
        WriteFrame(head);
        byte[] piece = new byte[256 * 1024];
        int slot = 0;
        while (CheckpointCodec.WritePiece(tree, ref slot, ref piece) is var length and > 0)
        {
            WriteFrame(piece.AsSpan(0, length));
        }
        WriteFrame([]);

        void WriteFrame(ReadOnlySpan<byte> content)
        {
            byte[] frameHead = new byte[FrameHeadBytes];
            BinaryPrimitives.WriteInt32BigEndian(frameHead, content.Length);
            BinaryPrimitives.WriteUInt32BigEndian(frameHead.AsSpan(4), Crc32C.Compute(content));
            file.Write(frameHead, position);
            file.Write(content, position + FrameHeadBytes);
            position += FrameHeadBytes + content.Length;
        }
    }

    private static bool TryReadFrames(ILogFile file, FrameAction? action)
    {
        byte[] buffer = new byte[256 * 1024];
        if (file.Read(buffer.AsSpan(0, 8), 0) < 8 || BinaryPrimitives.ReadUInt32BigEndian(buffer) != Magic)
        {
            return false;
        }
        if (BinaryPrimitives.ReadInt32BigEndian(buffer.AsSpan(4)) is var version && version != Version)
        {
            throw new TreeFormatException($"The checkpoint of the znode tree has format {version}; this build knows format {Version}.");
        }
        long position = 8;
        while (file.Read(buffer.AsSpan(0, FrameHeadBytes), position) == FrameHeadBytes)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(buffer);
            uint crc = BinaryPrimitives.ReadUInt32BigEndian(buffer.AsSpan(4));
            if (length == 0)
            {
                // Without its checksum, a frame whose length was damaged would end the tree early.
                return crc == Crc32C.Compute([]);
            }
            if (length < 0 || length > Math.Min(FrameBytesMax, file.LengthBytes - position))
            {
                return false;
            }
            if (buffer.Length < length)
            {
                buffer = new byte[length];
            }
            Span<byte> content = buffer.AsSpan(0, length);
            if (file.Read(content, position + FrameHeadBytes) < length || Crc32C.Compute(content) != crc)
            {
                return false;
            }
            action?.Invoke(content);
            position += FrameHeadBytes + length;
        }
        return false;
    }

    private string PathOf(Offset offset) => Path.Combine(place.Directory, Prefix + offset.Value.ToString("d20", CultureInfo.InvariantCulture));

    private delegate void FrameAction(ReadOnlySpan<byte> content);
}
