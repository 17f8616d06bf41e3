using StreamCoord.Protocol.Kafka;

namespace StreamCoord.Gateway.Kafka.Dispatch;

/// <summary>An answer that waits to be written. Owns what the body refers to until it is disposed.</summary>
/// <param name="body">What to answer; null when the client wants no answer.</param>
/// <param name="version">The version to write it in.</param>
/// <param name="hasTags">Whether the header has tagged fields.</param>
/// <param name="owned">Memory that the body refers to.</param>
internal sealed class KafkaResponse(IKafkaBody? body, short version, bool hasTags, IReadOnlyList<IDisposable> owned) : IDisposable
{
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

    /// <summary>Writes header and body.</summary>
    public void Write(KafkaWriter writer, int correlationId)
    {
        writer.WriteInt32(correlationId);
        if (hasTags)
        {
            writer.WriteUnsignedVarint(0);
        }
        body!.Write(writer, version);
    }
}
