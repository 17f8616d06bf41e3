using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using StreamCoord.Security;

namespace StreamCoord.Gateway.Kafka.Clients;

/// <summary>Stands before everything else of a connection: lets in as many as there may be, and no faster than an address may open them. One per silo; safe for concurrent use.</summary>
internal sealed partial class ConnectionGate(ConnectionCounts counts, ClientQuotas quotas, TimeProvider time, ILogger<ConnectionGate> logger)
{
    private readonly RefusalTelling _refusals = new(time);

    /// <summary>Lets a connection pass, or closes it.</summary>
    public async Task PassAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        string address = AddressOf(connection);
        if (counts.TryEnter(address) is { } limit)
        {
            if (_refusals.TryTell(out int untold))
            {
                LogRefused(logger, address, limit, untold);
            }
            connection.Abort(new ConnectionAbortedException("There are too many connections."));
            return;
        }
        try
        {
            TimeSpan delay = quotas.RecordConnection(address);
            if (delay > TimeSpan.Zero)
            {
                await Task.Delay(delay, time, connection.ConnectionClosed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            await next(connection);
        }
        finally
        {
            counts.Leave(address);
        }
    }

    /// <summary>The address that a connection comes from.</summary>
    public static string AddressOf(ConnectionContext connection) =>
        (connection.RemoteEndPoint as IPEndPoint)?.Address is not { } address ? "unknown" : (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();

    [LoggerMessage(5120, LogLevel.Warning, "A Kafka connection from {Address} is refused: {Limit}. Before it, {Untold} were refused without a line.")]
    private static partial void LogRefused(ILogger logger, string address, string limit, int untold);
}
