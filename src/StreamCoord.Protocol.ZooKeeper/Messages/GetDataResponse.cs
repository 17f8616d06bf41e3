using StreamCoord.ZNodes;

namespace StreamCoord.Protocol.ZooKeeper.Messages;

/// <summary>What getData answers.</summary>
/// <param name="Data">The data.</param>
/// <param name="Stat">Its Stat.</param>
public readonly record struct GetDataResponse(ReadOnlyMemory<byte>? Data, ZNodeStat Stat)
    : IJuteRecord<GetDataResponse>
{
    /// <inheritdoc/>
    public int SizeBytes => JuteSize.OfBuffer(Data) + JuteSize.Stat;

    /// <inheritdoc/>
    public static GetDataResponse Read(ref JuteReader reader) => new(reader.ReadBuffer(), reader.ReadStat());

    /// <inheritdoc/>
    public void Write(ref JuteWriter writer)
    {
        writer.WriteBuffer(Data);
        writer.WriteStat(Stat);
    }
}
