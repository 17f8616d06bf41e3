using StreamCoord.ZNodes;

namespace StreamCoord.Protocol.ZooKeeper.Messages;

/// <summary>What stands before every operation of a multi, before every result, and at the end.</summary>
/// <param name="OpCode">The operation; <see cref="OpCode.Error"/> for a result that is an error, and at the end.</param>
/// <param name="IsDone">Whether this is the end.</param>
/// <param name="Error">The error of the result; -1 in requests and at the end.</param>
public readonly record struct MultiHeader(OpCode OpCode, bool IsDone, ZNodeError Error)
    : IJuteRecord<MultiHeader>
{
    /// <summary>What stands at the end of a multi and of its results.</summary>
    public static MultiHeader End { get; } = new(OpCode.Error, true, ZNodeError.SystemError);

    /// <inheritdoc/>
    public int SizeBytes => JuteSize.Int + JuteSize.Boolean + JuteSize.Int;

    /// <inheritdoc/>
    public static MultiHeader Read(ref JuteReader reader) => new((OpCode)reader.ReadInt(), reader.ReadBoolean(), (ZNodeError)reader.ReadInt());

    /// <inheritdoc/>
    public void Write(ref JuteWriter writer)
    {
        writer.WriteInt((int)OpCode);
        writer.WriteBoolean(IsDone);
        writer.WriteInt((int)Error);
    }
}
