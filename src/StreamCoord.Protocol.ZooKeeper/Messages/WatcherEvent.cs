using StreamCoord.ZNodes;

namespace StreamCoord.Protocol.ZooKeeper.Messages;

/// <summary>A watch that has fired.</summary>
/// <param name="Type">A <see cref="WatchEventType"/>.</param>
/// <param name="State">The state of the connection: <see cref="SyncConnected"/>.</param>
/// <param name="Path">The znode.</param>
public readonly record struct WatcherEvent(int Type, int State, string? Path)
    : IJuteRecord<WatcherEvent>
{
    /// <summary>The connection is up: the only state in which events are sent.</summary>
    public const int SyncConnected = 3;

    /// <inheritdoc/>
    public int SizeBytes => JuteSize.Int + JuteSize.Int + JuteSize.OfString(Path);

    /// <inheritdoc/>
    public static WatcherEvent Read(ref JuteReader reader) => new(reader.ReadInt(), reader.ReadInt(), reader.ReadString());

    /// <inheritdoc/>
    public void Write(ref JuteWriter writer)
    {
        writer.WriteInt(Type);
        writer.WriteInt(State);
        writer.WriteString(Path);
    }
}
