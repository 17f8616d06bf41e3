namespace StreamCoord.Gateway.ZooKeeper;

/// <summary>What this silo tells clients about where it can be reached. Immutable.</summary>
/// <param name="NodeId">The silo's number, in the place of ZooKeeper's server number.</param>
/// <param name="Host">The advertised name or address.</param>
/// <param name="Port">The advertised port.</param>
/// <param name="IsEncrypted">Whether the port takes TLS alone.</param>
/// <param name="ConnectionsWaitingMax">How many connections may wait to be accepted, as far as the system allows.</param>
public sealed record ZooKeeperListener(NodeId NodeId, string Host, int Port, bool IsEncrypted, int ConnectionsWaitingMax)
{
    private const int NoPort = -1;

    /// <summary>The port for plain text; -1 for none, as ZooKeeper has it.</summary>
    public int PlainPort => IsEncrypted ? NoPort : Port;

    /// <summary>The port for TLS; -1 for none.</summary>
    public int EncryptedPort => IsEncrypted ? Port : NoPort;
}
