using Microsoft.AspNetCore.Connections;

namespace StreamCoord.Silo.Hosting;

/// <summary>Gives the listeners' sockets their memory. Safe for concurrent use.</summary>
internal sealed class SocketMemory : IMemoryPoolFactory<byte>
{
    /// <inheritdoc/>
    public System.Buffers.MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new SocketMemoryPool();
}
