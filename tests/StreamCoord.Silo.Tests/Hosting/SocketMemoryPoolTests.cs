using System.Buffers;
using StreamCoord.Silo.Hosting;

namespace StreamCoord.Silo.Tests.Hosting;

/// <summary>The memory of sockets: nobody shares a block, and what nobody uses is bounded.</summary>
public sealed class SocketMemoryPoolTests
{
    [Fact]
    public void Blocks_AreUsedAgain_ButNeverByTwo()
    {
        using var pool = new SocketMemoryPool();
        using IMemoryOwner<byte> first = pool.Rent(4096);
        IMemoryOwner<byte> second = pool.Rent();
        Assert.Equal(SocketMemoryPool.BlockBytes, second.Memory.Length);
        Assert.False(first.Memory.Span.Overlaps(second.Memory.Span));
        second.Dispose();
        second.Dispose();
        Assert.Equal(1, pool.FreeCount);
        using IMemoryOwner<byte> again = pool.Rent(SocketMemoryPool.BlockBytes);
        Assert.Same(second, again);
        using IMemoryOwner<byte> other = pool.Rent();
        Assert.NotSame(again, other);
    }

    [Fact]
    public void UnusedBlocks_AreBounded()
    {
        using var pool = new SocketMemoryPool();
        List<IMemoryOwner<byte>> rented = [.. Enumerable.Range(0, 3 * SocketMemoryPool.KeptMax).Select(_ => pool.Rent())];
        rented.ForEach(block => block.Dispose());
        Assert.Equal(SocketMemoryPool.KeptMax, pool.FreeCount);
    }

    [Fact]
    public void MoreThanABlock_IsRefused()
    {
        using var pool = new SocketMemoryPool();
        Assert.Throws<ArgumentOutOfRangeException>(() => pool.Rent(SocketMemoryPool.BlockBytes + 1));
    }

    [Fact]
    public async Task ManyUsers_NeverShareABlock()
    {
        using var pool = new SocketMemoryPool();
        await Task.WhenAll(Enumerable.Range(1, 4).Select(mark => Task.Run(() =>
        {
            for (int i = 0; i < 2_000; i++)
            {
                using IMemoryOwner<byte> block = pool.Rent();
                block.Memory.Span[..64].Fill((byte)mark);
                Assert.Equal(-1, block.Memory.Span[..64].IndexOfAnyExcept((byte)mark));
            }
        })));
    }
}
