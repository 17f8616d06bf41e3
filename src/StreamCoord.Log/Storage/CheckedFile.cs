using System.Buffers.Binary;
using StreamCoord.Records;

namespace StreamCoord.Log.Storage;

/// <summary>
/// Small files that are written whole: 4 bytes of kind, 2 of version, 2 of zero, 4 of CRC-32C over the rest, then the content. They
/// are replaced in one step, so a reader finds the old content or the new one.
/// </summary>
internal static class CheckedFile
{
    private const int HeaderSizeBytes = 12;
    private const int SizeBytesMax = 64 * 1024 * 1024;
    private const string TemporarySuffix = ".tmp";

    /// <summary>True for the name of a file that a crash left half written.</summary>
    public static bool IsTemporary(string name) => name.EndsWith(TemporarySuffix, StringComparison.Ordinal);

    /// <summary>Writes the file; it is durable when this returns.</summary>
    public static void Write(ILogDisk disk, string path, uint kind, ushort version, ReadOnlySpan<byte> content) => Write(disk, path, ToBytes(kind, version, content));

    /// <summary>Writes bytes that <see cref="ToBytes"/> has made; the file is durable when this returns.</summary>
    public static void Write(ILogDisk disk, string path, ReadOnlySpan<byte> bytes)
    {
        string temporary = path + TemporarySuffix;
        try
        {
            using (ILogFile file = disk.Open(temporary))
            {
                file.SetLength(0);
                file.Write(bytes, 0);
                file.Flush();
            }
            disk.Rename(temporary, path);
        }
        catch (IOException)
        {
            disk.Delete(temporary);
            throw;
        }
        disk.FlushDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>All bytes of a file with that content.</summary>
    public static byte[] ToBytes(uint kind, ushort version, ReadOnlySpan<byte> content)
    {
        byte[] bytes = new byte[HeaderSizeBytes + content.Length];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, kind);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), version);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(8), Crc32C.Compute(content));
        content.CopyTo(bytes.AsSpan(HeaderSizeBytes));
        return bytes;
    }

    /// <summary>
    /// The content, or null when the file is not there or damaged, so that the caller rebuilds it.
    /// <see cref="NewerFormatException"/> for a version above <paramref name="versionMax"/>.
    /// </summary>
    public static byte[]? TryRead(ILogDisk disk, string path, uint kind, ushort versionMax) => TryRead(disk, path, kind, versionMax, out _);

    /// <summary>As the other one, for a format that has had several versions.</summary>
    public static byte[]? TryRead(ILogDisk disk, string path, uint kind, ushort versionMax, out ushort version)
    {
        version = 0;
        byte[]? bytes = ReadAll(disk, path);
        if (bytes is null || bytes.Length < HeaderSizeBytes || BinaryPrimitives.ReadUInt32BigEndian(bytes) != kind)
        {
            return null;
        }
        ReadOnlySpan<byte> content = bytes.AsSpan(HeaderSizeBytes);
        if (BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(8)) != Crc32C.Compute(content))
        {
            return null;
        }
        version = BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(4));
        return version <= versionMax ? content.ToArray() : throw new NewerFormatException(path, version, versionMax);
    }

    private static byte[]? ReadAll(ILogDisk disk, string path)
    {
        if (!disk.Exists(path))
        {
            return null;
        }
        using ILogFile file = disk.OpenRead(path);
        long lengthBytes = file.LengthBytes;
        if (lengthBytes > SizeBytesMax)
        {
            return null;
        }
        byte[] bytes = new byte[lengthBytes];
        return file.Read(bytes, 0) == bytes.Length ? bytes : null;
    }
}
