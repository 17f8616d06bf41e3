using StreamCoord.Protocol.Kafka;

namespace StreamCoord.Gateway.Kafka.Dispatch;

/// <summary>An answer that waits to be written. Owns what the body refers to until it is disposed.</summary>
/// <param name="body">What to answer; null when the client wants no answer.</param>
/// <param name="version">The version to write it in.</param>
/// <param name="hasTags">Whether the header has tagged fields.</param>
/// <param name="owned">Memory that the body refers to.</param>
internal sealed class KafkaResponse(IKafkaBody? body, short version, bool hasTags, IReadOnlyList<IDisposable> owned) : IDisposable
{
    private bool _hasHeader = true;

    /// <summary>No answer.</summary>
    public static KafkaResponse None { get; } = new(null, 0, false, []);

    /// <summary>Whether there is anything to write.</summary>
    public bool IsEmpty => body is null;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IDisposable one in owned)
        {
            one.Dispose();
        }
    }

    /// <summary>Has it tell the client how long to be silent, where it has a place for that.</summary>
    public void Tell(TimeSpan silence)
    {
        if (silence > TimeSpan.Zero && body is IThrottledBody throttled)
        {
            throttled.ThrottleTimeMs = Math.Max(throttled.ThrottleTimeMs, (int)Math.Ceiling(silence.TotalMilliseconds));
        }
    }

    /// <summary>A token by itself, without a header.</summary>
    public static KafkaResponse Bare(byte[] token) => new(new BareToken(token), 0, hasTags: false, []) { _hasHeader = false };

    /// <summary>Writes header and body.</summary>
    public void Write(KafkaWriter writer, int correlationId)
    {
        if (_hasHeader)
        {
            writer.WriteInt32(correlationId);
        }
        if (hasTags)
        {
            writer.WriteUnsignedVarint(0);
        }
        body!.Write(writer, version);
    }

    private sealed class BareToken(byte[] token) : IKafkaBody
    {
        public void Write(KafkaWriter writer, short version) => writer.WriteRaw(token);
    }
}
