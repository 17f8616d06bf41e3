using StreamCoord.ZNodes;

namespace StreamCoord.Protocol.ZooKeeper.Messages;

/// <summary>What create2, createContainer and createTTL answer.</summary>
/// <param name="Path">The path that was created.</param>
/// <param name="Stat">Its Stat.</param>
public readonly record struct Create2Response(string? Path, ZNodeStat Stat)
    : IJuteRecord<Create2Response>
{
    /// <inheritdoc/>
    public int SizeBytes => JuteSize.OfString(Path) + JuteSize.Stat;

    /// <inheritdoc/>
    public static Create2Response Read(ref JuteReader reader) => new(reader.ReadString(), reader.ReadStat());

    /// <inheritdoc/>
    public void Write(ref JuteWriter writer)
    {
        writer.WriteString(Path);
        writer.WriteStat(Stat);
    }
}
