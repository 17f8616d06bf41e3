using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using StreamCoord.Partitions;

namespace StreamCoord.Log.Storage;

/// <summary>The operating system's file system.</summary>
public sealed class PhysicalDisk : ILogDisk
{
    /// <inheritdoc/>
    public ILogFile Open(string path) =>
        new PhysicalFile(File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete));

    /// <inheritdoc/>
    public ILogFile OpenRead(string path) =>
        new PhysicalFile(File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));

    /// <inheritdoc/>
    public bool Exists(string path) => File.Exists(path);

    /// <inheritdoc/>
    public void Rename(string path, string newPath) => File.Move(path, newPath, overwrite: true);

    /// <inheritdoc/>
    public void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
            // What is not there need not be deleted.
        }
    }

    /// <inheritdoc/>
    public void CreateDirectory(string path)
    {
        if (!Directory.Exists(path) && Path.GetDirectoryName(path) is { } parent)
        {
            CreateDirectory(parent);
            Directory.CreateDirectory(path);
            FlushDirectory(parent);
        }
    }

    /// <inheritdoc/>
    public void DeleteDirectory(string path)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
    }

    /// <inheritdoc/>
    public void FlushDirectory(string path)
    {
        // Windows has no such call and makes names durable by itself.
        if (!OperatingSystem.IsWindows())
        {
            using SafeFileHandle handle = Posix.OpenDirectory(path);
            Posix.Flush(handle);
        }
    }

    /// <inheritdoc/>
    public VolumeSize MeasureVolume(string path)
    {
        var drive = new DriveInfo(path);
        return new VolumeSize(drive.TotalSize, drive.AvailableFreeSpace);
    }

    /// <inheritdoc/>
    public IReadOnlyList<DiskEntry> List(string path)
    {
        var directory = new DirectoryInfo(path);
        try
        {
            return [.. directory.EnumerateFiles().Select(file => new DiskEntry(file.Name, file.Length))];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    private sealed class PhysicalFile(SafeFileHandle handle) : ILogFile
    {
        public long LengthBytes => RandomAccess.GetLength(handle);

        public int Read(Span<byte> buffer, long position)
        {
            int total = 0;
            while (total < buffer.Length)
            {
                int count = RandomAccess.Read(handle, buffer[total..], position + total);
                if (count == 0)
                {
                    break;
                }
                total += count;
            }
            return total;
        }

        public bool TryReadCached(Span<byte> buffer, long position) => OperatingSystem.IsLinux() && Posix.ReadCached(handle, buffer, position) == buffer.Length;

        public void Write(ReadOnlySpan<byte> bytes, long position)
        {
            try
            {
                RandomAccess.Write(handle, bytes, position);
            }
            catch (ArgumentOutOfRangeException exception)
            {
                throw DiskErrors.BeyondFileSizeLimit(exception);
            }
        }

        public void Write(IReadOnlyList<ReadOnlyMemory<byte>> buffers, long position)
        {
            try
            {
                RandomAccess.Write(handle, buffers, position);
            }
            catch (ArgumentOutOfRangeException exception)
            {
                throw DiskErrors.BeyondFileSizeLimit(exception);
            }
        }

        public void SetLength(long lengthBytes) => RandomAccess.SetLength(handle, lengthBytes);

        public void Flush()
        {
            if (OperatingSystem.IsLinux())
            {
                Posix.FlushData(handle);
            }
            else
            {
                RandomAccess.FlushToDisk(handle);
            }
        }

        public void Dispose() => handle.Dispose();
    }
}

/// <summary>The calls .NET does not offer: fdatasync, fsync of a directory, and reads of the page cache alone.</summary>
internal static partial class Posix
{
    private const int ReadOnlyFlag = 0;
    private const int InterruptedError = 4;
    private const int NoWaitFlag = 8;

    public static SafeFileHandle OpenDirectory(string path)
    {
        int descriptor = Open(path, ReadOnlyFlag);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw LastError($"open of directory '{path}'");
    }

    public static void Flush(SafeFileHandle handle)
    {
        while (Fsync(handle) != 0)
        {
            ThrowUnlessInterrupted("fsync");
        }
    }

    public static void FlushData(SafeFileHandle handle)
    {
        while (Fdatasync(handle) != 0)
        {
            ThrowUnlessInterrupted("fdatasync");
        }
    }

    /// <summary>Reads what is in the page cache (RWF_NOWAIT); how many bytes there were, or less than none where the kernel or the file system cannot tell, or has none of them.</summary>
    public static unsafe nint ReadCached(SafeFileHandle handle, Span<byte> buffer, long position)
    {
        fixed (byte* start = buffer)
        {
            var vector = new IoVector(start, (nuint)buffer.Length);
            return ReadVector(handle, &vector, 1, position, NoWaitFlag);
        }
    }

    private static void ThrowUnlessInterrupted(string call)
    {
        if (Marshal.GetLastPInvokeError() != InterruptedError)
        {
            throw LastError(call);
        }
    }

    private static IOException LastError(string call)
    {
        int error = Marshal.GetLastPInvokeError();
        return new IOException($"{call}: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "preadv2", SetLastError = true)]
    private static unsafe partial nint ReadVector(SafeFileHandle handle, IoVector* vectors, int count, long position, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(SafeFileHandle handle);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int Fdatasync(SafeFileHandle handle);

    private readonly unsafe struct IoVector(byte* start, nuint lengthBytes)
    {
        public readonly byte* Start = start;

        public readonly nuint LengthBytes = lengthBytes;
    }
}
