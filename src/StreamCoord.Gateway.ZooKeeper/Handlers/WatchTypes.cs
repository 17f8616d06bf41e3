using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Handlers;

/// <summary>ZooKeeper's numbers for kinds of watches. Pure.</summary>
internal static class WatchTypes
{
    private const WatchKinds Any = WatchKinds.Data | WatchKinds.Children | WatchKinds.Persistent | WatchKinds.PersistentRecursive;

    /// <summary>The kinds that removeWatches and checkWatches mean (WatcherType).</summary>
    /// <exception cref="JuteFormatException">There is no such type.</exception>
    public static WatchKinds OfType(int type) => type switch
    {
        1 => WatchKinds.Children,
        2 => WatchKinds.Data,
        3 => Any,
        4 => WatchKinds.Persistent,
        5 => WatchKinds.PersistentRecursive,
        _ => throw new JuteFormatException($"{type} is no type of watch."),
    };

    /// <summary>The kind that addWatch means (AddWatchMode).</summary>
    /// <exception cref="JuteFormatException">There is no such mode.</exception>
    public static WatchKinds OfMode(int mode) => mode switch
    {
        0 => WatchKinds.Persistent,
        1 => WatchKinds.PersistentRecursive,
        _ => throw new JuteFormatException($"{mode} is no mode of a persistent watch."),
    };
}
