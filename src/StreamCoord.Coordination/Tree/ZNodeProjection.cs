using StreamCoord.Coordination.Watches;

namespace StreamCoord.Coordination.Tree;

/// <summary>
/// What a znode grain holds of its znode besides what the tree knows: the data, and the watches of this silo's connections. It exists whether the znode does
/// or not. Guarded by the tree's gate.
/// </summary>
public sealed class ZNodeProjection
{
    private Offset _dataOffset = Offset.None;
    private ReadOnlyMemory<byte>? _data;

    internal ZNodeProjection(string path) => Path = path;

    /// <summary>The path, which has a znode or not.</summary>
    public string Path { get; }

    /// <summary>The watches of this silo's connections on the path.</summary>
    internal WatcherSet Watchers { get; } = new();

    /// <summary>Takes data over, and which record of the log it is from.</summary>
    internal void SetData(Offset dataOffset, byte[]? data) =>
        (_dataOffset, _data) = (dataOffset, data is null ? default(ReadOnlyMemory<byte>?) : new ReadOnlyMemory<byte>(data));

    /// <summary>The znode's data; false when it is not the newest, and has to be read from the log.</summary>
    internal bool TryGetData(ZNode node, out ReadOnlyMemory<byte>? data)
    {
        data = _data;
        return node.DataOffset == _dataOffset;
    }
}
