using System.Buffers;
using StreamCoord.Protocol.Kafka;

namespace StreamCoord.Gateway.Kafka.Connections;

/// <summary>One request as it came, without its length, in memory from the pool. The owner disposes it once nothing refers to it.</summary>
internal sealed class Frame(byte[] buffer, int sizeBytes) : IDisposable
{
    private byte[]? _buffer = buffer;

    /// <summary>How long it is. Bytes.</summary>
    public int SizeBytes => sizeBytes;

    /// <summary>The request.</summary>
    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, sizeBytes);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } owned)
        {
            ArrayPool<byte>.Shared.Return(owned);
        }
    }

    /// <summary>Reads the header; the body begins at <paramref name="bodyAt"/>, behind the tags of a flexible version.</summary>
    /// <exception cref="KafkaFormatException">There is no header.</exception>
    public FrameHeader ReadHeader(Func<short, short, bool> isFlexible, out int bodyAt)
    {
        var reader = new KafkaReader(Bytes);
        short apiKey = reader.ReadInt16();
        short version = reader.ReadInt16();
        int correlationId = reader.ReadInt32();
        string? clientId = reader.ReadNullableString(flexible: false);
        if (isFlexible(apiKey, version))
        {
            reader.SkipTags();
        }
        bodyAt = reader.Position;
        return new FrameHeader(apiKey, version, correlationId, clientId);
    }
}

/// <summary>A request's header.</summary>
/// <param name="ApiKey">The API.</param>
/// <param name="Version">Its version.</param>
/// <param name="CorrelationId">What the client recognises the answer by.</param>
/// <param name="ClientId">What the client calls itself; null when it does not.</param>
internal readonly record struct FrameHeader(short ApiKey, short Version, int CorrelationId, string? ClientId);
