using StreamCoord.ZNodes;

namespace StreamCoord.Protocol.ZooKeeper.Messages;

/// <summary>The result of an operation of a multi that failed; and, with 0, what addWatch answers.</summary>
/// <param name="Error">How it went.</param>
public readonly record struct ErrorResponse(ZNodeError Error)
    : IJuteRecord<ErrorResponse>
{
    /// <inheritdoc/>
    public int SizeBytes => JuteSize.Int;

    /// <inheritdoc/>
    public static ErrorResponse Read(ref JuteReader reader) => new((ZNodeError)reader.ReadInt());

    /// <inheritdoc/>
    public void Write(ref JuteWriter writer)
    {
        writer.WriteInt((int)Error);
    }
}
