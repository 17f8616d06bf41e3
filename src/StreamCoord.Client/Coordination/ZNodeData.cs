using System.Text;
using StreamCoord.ZNodes;

namespace StreamCoord.Client;

/// <summary>What a znode holds. Immutable.</summary>
/// <param name="Data">The data; null is not the same as empty.</param>
/// <param name="Stat">Its Stat at the same moment.</param>
public readonly record struct ZNodeData(ReadOnlyMemory<byte>? Data, ZNodeStat Stat)
{
    /// <summary>The data as UTF-8; null where it is null.</summary>
    public string? Text => Data is { } data ? Encoding.UTF8.GetString(data.Span) : null;
}
