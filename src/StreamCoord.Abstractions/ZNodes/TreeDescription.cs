namespace StreamCoord.ZNodes;

/// <summary>How large the tree is on this silo, for people and monitoring. Immutable.</summary>
/// <param name="NodeCount">Znodes.</param>
/// <param name="EphemeralCount">Ephemeral ones among them.</param>
/// <param name="SessionCount">Sessions that live.</param>
/// <param name="WatchCount">Watches of this silo's connections; each kind counts.</param>
/// <param name="DataBytes">Characters of all paths and bytes of all data, as ZooKeeper counts them. Bytes.</param>
/// <param name="LogBytes">How much the tree's log takes on the disk. Bytes.</param>
public sealed record TreeDescription(int NodeCount, int EphemeralCount, int SessionCount, int WatchCount, long DataBytes, long LogBytes);
