namespace StreamCoord.Coordination.Watches;

/// <summary>The watches of a tree by path.</summary>
public interface IWatcherSets
{
    /// <summary>True when there is a recursive watch anywhere: only then are the ancestors of a path asked for.</summary>
    bool HasRecursive { get; }

    /// <summary>The watches of a path; null when it has none.</summary>
    WatcherSet? Find(ReadOnlySpan<char> path);
}
