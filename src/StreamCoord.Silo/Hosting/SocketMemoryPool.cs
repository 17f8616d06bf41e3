using System.Buffers;
using System.Collections.Concurrent;

namespace StreamCoord.Silo.Hosting;

/// <summary>
/// Memory for sockets in blocks of <see cref="BlockBytes"/>: a batch of records comes and goes by one or two calls of the system, where Kestrel's own blocks of 4 KiB take sixteen. A connection that is silent holds none.
/// </summary>
/// <remarks>Safe for concurrent use. Blocks lie outside the compacting heap. At most <see cref="KeptMax"/> that nobody uses are kept; a block that comes back beyond that is the collector's.</remarks>
internal sealed class SocketMemoryPool : MemoryPool<byte>
{
    /// <summary>The size of a block.</summary>
    public const int BlockBytes = 64 * 1024;

    /// <summary>How many unused blocks are kept: 8 MiB.</summary>
    public const int KeptMax = 128;

    private readonly ConcurrentQueue<Block> _free = new();
    private int _freeCount;

    /// <inheritdoc/>
    public override int MaxBufferSize => BlockBytes;

    /// <summary>How many unused blocks there are.</summary>
    public int FreeCount => Volatile.Read(ref _freeCount);

    /// <inheritdoc/>
    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockBytes);
        if (_free.TryDequeue(out Block? block))
        {
            Interlocked.Decrement(ref _freeCount);
            block.Reuse();
            return block;
        }
        return new Block(this);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => _free.Clear();

    private void Return(Block block)
    {
        if (Interlocked.Increment(ref _freeCount) > KeptMax)
        {
            Interlocked.Decrement(ref _freeCount);
            return;
        }
        _free.Enqueue(block);
    }

    /// <summary>One block, for whoever has rented it.</summary>
    private sealed class Block(SocketMemoryPool pool) : IMemoryOwner<byte>
    {
        private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(BlockBytes, pinned: true);
        private int _isReturned;

        public Memory<byte> Memory => _bytes;

        public void Reuse() => _isReturned = 0;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isReturned, 1) == 0)
            {
                pool.Return(this);
            }
        }
    }
}
