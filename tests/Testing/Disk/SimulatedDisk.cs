using StreamCoord.Log.Storage;
using StreamCoord.Partitions;

namespace StreamCoord.Testing.Disk;

/// <summary>
/// A file system in memory that fails on purpose: it can be full, refuse a flush and lose, in a crash, any part of what was not
/// flushed. Names are durable at once, as after kill -9; bytes only by a flush, as after a power failure. Safe for concurrent use.
/// </summary>
public sealed class SimulatedDisk : ILogDisk
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, SimulatedFile> _files = [];
    private readonly HashSet<string> _directories = [];

    /// <summary>How many bytes all files may take together; a write beyond it is cut off and fails.</summary>
    public long CapacityBytes { get; set; } = long.MaxValue;

    /// <summary>How many of the next flushes of files fail. As on Linux, what a failed flush covered is never made durable by a later one.</summary>
    public int FlushFailures { get; set; }

    /// <summary>Called at the start of every flush of a file, which waits for its return: other callers of the disk go on.</summary>
    public Action? OnFlush { get; set; }

    /// <summary>How many more changes (writes, flushes, creations, renames, deletions) this process gets done before it is killed; all later ones fail.</summary>
    public long ChangesLeft { get; set; } = long.MaxValue;

    /// <summary>How many flushes of files were asked for.</summary>
    public int FlushCount { get; private set; }

    /// <summary>What all files take.</summary>
    public long UsedBytes
    {
        get
        {
            lock (_gate)
            {
                return _files.Values.Sum(file => file.LengthBytes);
            }
        }
    }

    /// <summary>How many files are held open.</summary>
    public int OpenFiles { get; private set; }

    /// <summary>
    /// The disk as the next process finds it: of each file what was flushed, and of what was written later a part that
    /// <paramref name="random"/> chooses, down to the byte.
    /// </summary>
    public SimulatedDisk Crash(Random random)
    {
        lock (_gate)
        {
            var next = new SimulatedDisk();
            next._directories.UnionWith(_directories);
            foreach ((string path, SimulatedFile file) in _files.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                next._files[path] = new SimulatedFile(file.ContentAfterCrash(random));
            }
            return next;
        }
    }

    /// <summary>The bytes of a file, to look at or to damage.</summary>
    public byte[] Read(string path)
    {
        lock (_gate)
        {
            return _files[path].Content();
        }
    }

    /// <summary>Puts bytes in the place of a file's content, durably.</summary>
    public void Overwrite(string path, byte[] content)
    {
        lock (_gate)
        {
            _files[path] = new SimulatedFile(content);
        }
    }

    /// <summary>The paths of all files whose name ends so.</summary>
    public IReadOnlyList<string> Find(string suffix)
    {
        lock (_gate)
        {
            return [.. _files.Keys.Where(path => path.EndsWith(suffix, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        }
    }

    public ILogFile Open(string path)
    {
        lock (_gate)
        {
            if (!_directories.Contains(Path.GetDirectoryName(path)!))
            {
                throw new DirectoryNotFoundException($"No directory for '{path}'.");
            }
            if (!_files.TryGetValue(path, out SimulatedFile? file))
            {
                SpendChange();
                file = new SimulatedFile([]);
                _files.Add(path, file);
            }
            return OpenExisting(file);
        }
    }

    public ILogFile OpenRead(string path)
    {
        lock (_gate)
        {
            return _files.TryGetValue(path, out SimulatedFile? file) ? OpenExisting(file) : throw new FileNotFoundException(path);
        }
    }

    public bool Exists(string path)
    {
        lock (_gate)
        {
            return _files.ContainsKey(path);
        }
    }

    public void Rename(string path, string newPath)
    {
        lock (_gate)
        {
            SpendChange();
            _files[newPath] = _files.Remove(path, out SimulatedFile? file) ? file : throw new FileNotFoundException(path);
        }
    }

    public void Delete(string path)
    {
        lock (_gate)
        {
            SpendChange();
            _files.Remove(path);
        }
    }

    public void CreateDirectory(string path)
    {
        lock (_gate)
        {
            for (string? at = path; !string.IsNullOrEmpty(at); at = Path.GetDirectoryName(at))
            {
                _directories.Add(at);
            }
        }
    }

    public void DeleteDirectory(string path)
    {
        lock (_gate)
        {
            foreach (string file in _files.Keys.Where(file => file.StartsWith(path + '/', StringComparison.Ordinal)).ToArray())
            {
                _files.Remove(file);
            }
            _directories.RemoveWhere(directory => directory == path || directory.StartsWith(path + '/', StringComparison.Ordinal));
        }
    }

    public void FlushDirectory(string path)
    {
        lock (_gate)
        {
            if (!_directories.Contains(path))
            {
                throw new DirectoryNotFoundException(path);
            }
        }
    }

    public VolumeSize MeasureVolume(string path) => new(CapacityBytes, CapacityBytes - UsedBytes);

    public IReadOnlyList<DiskEntry> List(string path)
    {
        lock (_gate)
        {
            return [.. _files.Where(pair => Path.GetDirectoryName(pair.Key) == path).Select(pair => new DiskEntry(Path.GetFileName(pair.Key), pair.Value.LengthBytes))];
        }
    }

    private void SpendChange()
    {
        if (ChangesLeft-- <= 0)
        {
            throw new IOException("The process is killed here.");
        }
    }

    private Handle OpenExisting(SimulatedFile file)
    {
        OpenFiles++;
        return new Handle(this, file);
    }

    private sealed class Handle(SimulatedDisk disk, SimulatedFile file) : ILogFile
    {
        private bool _disposed;

        public long LengthBytes
        {
            get
            {
                lock (disk._gate)
                {
                    return file.LengthBytes;
                }
            }
        }

        public int Read(Span<byte> buffer, long position)
        {
            lock (disk._gate)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                return file.Read(buffer, position);
            }
        }

        public bool TryReadCached(Span<byte> buffer, long position) => Read(buffer, position) == buffer.Length;

        public void Write(ReadOnlySpan<byte> bytes, long position)
        {
            lock (disk._gate)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                disk.SpendChange();
                long growth = Math.Max(0, position + bytes.Length - file.LengthBytes);
                long room = disk.CapacityBytes - disk._files.Values.Sum(other => other.LengthBytes);
                if (growth > room)
                {
                    file.Write(bytes[..(int)Math.Max(0, bytes.Length - (growth - Math.Max(0, room)))], position);
                    throw DiskErrors.Full();
                }
                file.Write(bytes, position);
            }
        }

        public void Write(IReadOnlyList<ReadOnlyMemory<byte>> buffers, long position)
        {
            foreach (ReadOnlyMemory<byte> buffer in buffers)
            {
                Write(buffer.Span, position);
                position += buffer.Length;
            }
        }

        public void SetLength(long lengthBytes)
        {
            lock (disk._gate)
            {
                disk.SpendChange();
                file.SetLength(lengthBytes);
            }
        }

        public void Flush()
        {
            disk.OnFlush?.Invoke();
            lock (disk._gate)
            {
                disk.SpendChange();
                disk.FlushCount++;
                if (disk.FlushFailures > 0)
                {
                    disk.FlushFailures--;
                    file.LoseUnflushed();
                    throw new IOException("Input/output error");
                }
                file.Flush();
            }
        }

        public void Dispose()
        {
            lock (disk._gate)
            {
                disk.OpenFiles -= _disposed ? 0 : 1;
                _disposed = true;
            }
        }
    }
}
