namespace StreamCoord.Testing.Disk;

/// <summary>A file of a <see cref="SimulatedDisk"/>: what is durable, and what was done to it since. Guarded by the disk's lock.</summary>
internal sealed class SimulatedFile
{
    private readonly List<Change> _unflushed = [];
    private byte[] _durable;
    private byte[] _content;
    private int _length;
    private bool _lost;

    public SimulatedFile(byte[] content)
    {
        _durable = content;
        _content = content.ToArray();
        _length = content.Length;
    }

    public long LengthBytes => _length;

    public byte[] Content() => _content[.._length];

    public int Read(Span<byte> buffer, long position)
    {
        int count = (int)Math.Clamp(_length - position, 0, buffer.Length);
        _content.AsSpan((int)Math.Min(position, _length), count).CopyTo(buffer);
        return count;
    }

    public void Write(ReadOnlySpan<byte> bytes, long position)
    {
        _unflushed.Add(new Change(position, bytes.ToArray(), false));
        Apply(ref _content, ref _length, _unflushed[^1], bytes.Length);
    }

    public void SetLength(long lengthBytes)
    {
        _unflushed.Add(new Change(lengthBytes, [], true));
        Apply(ref _content, ref _length, _unflushed[^1], 0);
    }

    public void Flush()
    {
        if (!_lost)
        {
            _durable = Content();
            _unflushed.Clear();
            return;
        }
        // The kernel believes that what an earlier flush lost is clean: only what was written since reaches the disk.
        byte[] durable = _durable;
        int length = durable.Length;
        foreach (Change change in _unflushed)
        {
            Apply(ref durable, ref length, change, change.Bytes.Length);
        }
        _durable = durable[..length];
        _unflushed.Clear();
    }

    public void LoseUnflushed()
    {
        _lost = true;
        _unflushed.Clear();
    }

    public byte[] ContentAfterCrash(Random random)
    {
        byte[] content = _durable.ToArray();
        int length = content.Length;
        int survivors = random.Next(_unflushed.Count + 1);
        for (int i = 0; i < survivors; i++)
        {
            int size = i == survivors - 1 ? random.Next(_unflushed[i].Bytes.Length + 1) : _unflushed[i].Bytes.Length;
            Apply(ref content, ref length, _unflushed[i], size);
        }
        return content[..length];
    }

    private static void Apply(ref byte[] content, ref int length, Change change, int size)
    {
        int end = (int)change.Position + size;
        if (end > content.Length)
        {
            Array.Resize(ref content, Math.Max(end, content.Length * 2));
        }
        if (change.IsSetLength)
        {
            if (end < length)
            {
                content.AsSpan(end, length - end).Clear();
            }
            length = end;
            return;
        }
        change.Bytes.AsSpan(0, size).CopyTo(content.AsSpan((int)change.Position));
        length = Math.Max(length, end);
    }

    private sealed record Change(long Position, byte[] Bytes, bool IsSetLength);
}
