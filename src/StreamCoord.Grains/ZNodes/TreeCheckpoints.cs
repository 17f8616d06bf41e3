using System.Buffers.Binary;
using System.Globalization;
using Microsoft.Extensions.Logging;
using StreamCoord.Coordination.Tree;
using StreamCoord.Log;
using StreamCoord.Log.Storage;
using StreamCoord.Records;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.ZNodes;

/// <summary>
/// Writes the tree, without its data, to a file from time to time, so that a start reads that and the end of the log instead of the whole log. A checkpoint is an
/// optimisation: when it is missing or damaged the log alone gives the same tree.
/// </summary>
/// <remarks>
/// Owns the directory <c>znodes</c> of the data directory. Called by the feed only; the writing runs beside it. A checkpoint that has its name is durable and whole. Only then may compaction
/// touch the log below it. Layout in docs/internals/znode-records.md.
/// </remarks>
internal sealed partial class TreeCheckpoints(LogManager logs, ILogDisk disk, TreeLog log, ZNodePlace place, ZNodeOptions options, ILogger<TreeCheckpoints> logger)
{
    private const uint Magic = 0x53435a43; // "SCZC"
    private const int Version = 1;
    private const int FrameHeadBytes = 8;
    private const int FrameBytesMax = 256 * 1024 * 1024;
    private const string Prefix = "checkpoint-";

    // A start reads this much of the log faster than a checkpoint is written.
    private const long ClosingBytesMin = 1024 * 1024;

    private Task _making = Task.CompletedTask;
    private long _bytesSince;
    private ZNodeTree? _tree;

    /// <summary>Loads the newest sound checkpoint that fits the log, if there is one.</summary>
    public Task LoadAsync(ZNodeTree tree, Offset logStart, Offset logEnd) => logs.RunMaintenanceAsync(() =>
    {
        _tree = tree;
        disk.CreateDirectory(place.Directory);
        foreach ((string name, Offset offset) in List().OrderByDescending(file => file.Offset))
        {
            if (offset < logStart || offset > logEnd || !TryLoad(name, tree))
            {
                LogUnusable(logger, name);
                continue;
            }
            log.SetCompactionLimit(offset);
            return;
        }
    });

    /// <summary>Notes how much of the log was applied, and begins a checkpoint when that is much.</summary>
    public void Applied(int bytes)
    {
        _bytesSince += bytes;
        if (_bytesSince >= options.CheckpointBytes && _making.IsCompleted)
        {
            _bytesSince = 0;
            _making = MakeAsync();
        }
    }

    /// <summary>Ends the work under way, and makes a last checkpoint when the next start would read much.</summary>
    public async Task CompleteAsync()
    {
        await _making;
        if (_bytesSince >= ClosingBytesMin)
        {
            await MakeAsync();
        }
    }

    private async Task MakeAsync()
    {
        try
        {
            Offset offset = default;
            await logs.RunMaintenanceAsync(() => offset = Write());
            await log.AllowCompactionAsync(offset);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            LogFailed(logger, exception, exception.Message);
        }
    }

    private Offset Write()
    {
        byte[] head = CheckpointCodec.WriteHead(_tree!);
        var offset = new Offset(BinaryPrimitives.ReadInt64BigEndian(head));
        string name = Prefix + offset.Value.ToString("d20", CultureInfo.InvariantCulture);
        string path = Path.Combine(place.Directory, name);
        using (ILogFile file = disk.Open(path + ".tmp"))
        {
            WriteFrames(file, head);
            file.Flush();
        }
        disk.Rename(path + ".tmp", path);
        disk.FlushDirectory(place.Directory);
        foreach ((string old, _) in List().Where(known => known.Name != name))
        {
            disk.Delete(Path.Combine(place.Directory, old));
        }
        return offset;
    }

    private void WriteFrames(ILogFile file, byte[] head)
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
        while (CheckpointCodec.WritePiece(_tree!, ref slot, ref piece) is var length and > 0)
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

    // Twice: once to see that every byte is sound, for a tree that has half a checkpoint is of no use.
    private bool TryLoad(string name, ZNodeTree tree)
    {
        using ILogFile file = disk.OpenRead(Path.Combine(place.Directory, name));
        if (!TryReadFrames(file, null))
        {
            return false;
        }
        bool isHead = true;
        return TryReadFrames(file, content =>
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
                return true;
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

    private IEnumerable<(string Name, Offset Offset)> List()
    {
        foreach (DiskEntry entry in disk.List(place.Directory))
        {
            if (entry.Name.StartsWith(Prefix, StringComparison.Ordinal) &&
                long.TryParse(entry.Name.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long offset))
            {
                yield return (entry.Name, new Offset(offset));
            }
        }
    }

    private delegate void FrameAction(ReadOnlySpan<byte> content);

    [LoggerMessage(2441, LogLevel.Warning, "The checkpoint {Name} of the znode tree is damaged or does not fit the log; an older one or the log alone is used.")]
    private static partial void LogUnusable(ILogger logger, string name);

    [LoggerMessage(2442, LogLevel.Error, "A checkpoint of the znode tree could not be written; the next one is tried later: {Reason}")]
    private static partial void LogFailed(ILogger logger, Exception exception, string reason);
}

/// <summary>Where a silo keeps what belongs to the tree besides the log.</summary>
/// <param name="Directory">A directory of the data directory.</param>
internal sealed record ZNodePlace(string Directory);
