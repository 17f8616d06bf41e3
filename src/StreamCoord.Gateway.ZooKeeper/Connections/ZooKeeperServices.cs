using StreamCoord.Gateway.ZooKeeper.Dispatch;
using StreamCoord.Gateway.ZooKeeper.FourLetterWords;
using StreamCoord.Gateway.ZooKeeper.Sessions;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Connections;

/// <summary>What every connection needs. Immutable.</summary>
/// <param name="Coordination">The tree.</param>
/// <param name="Operations">What is served.</param>
/// <param name="Sessions">Which connection has which session.</param>
/// <param name="Words">What is answered besides the protocol.</param>
/// <param name="Cluster">The silo's number.</param>
/// <param name="Options">Limits and times.</param>
/// <param name="Time">The clock.</param>
internal sealed record ZooKeeperServices(
    ICoordination Coordination, OperationTable Operations, SessionConnections Sessions, FourLetterWordTable Words, ClusterIdentity Cluster, ZooKeeperGatewayOptions Options, TimeProvider Time);
