namespace StreamCoord.Gateway.ZooKeeper;

/// <summary>What this silo tells clients about where it can be reached. Immutable.</summary>
/// <param name="NodeId">The silo's number, in the place of ZooKeeper's server number.</param>
/// <param name="Host">The advertised name or address.</param>
/// <param name="Port">The advertised port.</param>
public sealed record ZooKeeperListener(NodeId NodeId, string Host, int Port);
