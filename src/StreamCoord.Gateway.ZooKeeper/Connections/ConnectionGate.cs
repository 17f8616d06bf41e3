using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using StreamCoord.Security;

namespace StreamCoord.Gateway.ZooKeeper.Connections;

/// <summary>Stands before everything else of a connection: lets in as many of an address as there may be. One per silo; safe for concurrent use.</summary>
/// <remarks>Always connections of an address &lt;= <see cref="ZooKeeperGatewayOptions.MaxClientConnections"/>, where that is not 0.</remarks>
internal sealed partial class ConnectionGate(ZooKeeperGatewayOptions options, TimeProvider time, ILogger<ConnectionGate> logger)
{
    private readonly RefusalTelling _refusals = new(time);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _byAddress = [];
    private long _refusedCount;

    /// <summary>How many were refused so far.</summary>
    public long RefusedCount => Interlocked.Read(ref _refusedCount);

    /// <summary>Lets a connection pass, or closes it.</summary>
    public async Task PassAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        string address = new ClientAddress(connection.RemoteEndPoint, null).Host;
        if (!TryEnter(address))
        {
            connection.Abort(new ConnectionAbortedException("There are too many connections from this address."));
            return;
        }
        try
        {
            await next(connection);
        }
        finally
        {
            Leave(address);
        }
    }

    private bool TryEnter(string address)
    {
        lock (_gate)
        {
            int own = _byAddress.GetValueOrDefault(address);
            if (options.MaxClientConnections == 0 || own < options.MaxClientConnections)
            {
                _byAddress[address] = own + 1;
                return true;
            }
        }
        Interlocked.Increment(ref _refusedCount);
        if (_refusals.TryTell(out int untold))
        {
            LogRefused(logger, address, options.MaxClientConnections, untold);
        }
        return false;
    }

    private void Leave(string address)
    {
        lock (_gate)
        {
            if (--_byAddress[address] == 0)
            {
                _byAddress.Remove(address);
            }
        }
    }

    [LoggerMessage(6110, LogLevel.Warning, "A ZooKeeper connection from {Address} is refused: {Limit} are open (ZooKeeper:MaxClientConnections). Before it, {Untold} were refused without a line.")]
    private static partial void LogRefused(ILogger logger, string address, int limit, int untold);
}
