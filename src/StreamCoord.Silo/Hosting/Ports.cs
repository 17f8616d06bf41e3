using System.Net;
using System.Net.Sockets;

namespace StreamCoord.Silo.Hosting;

/// <summary>Finds out before the silo starts whether it can listen where it was told to.</summary>
internal static class Ports
{
    /// <summary>
    /// Returns the endpoint, with a free port in place of port 0. Another process may still take the port before the silo does.
    /// </summary>
    /// <exception cref="StartRefusedException">The port is in use, or the address is not one of this machine.</exception>
    public static IPEndPoint Choose(string key, IPEndPoint endpoint)
    {
        try
        {
            using var probe = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            probe.Bind(endpoint);
            return (IPEndPoint)probe.LocalEndPoint!;
        }
        catch (SocketException failure)
        {
            throw new StartRefusedException(failure.SocketErrorCode == SocketError.AddressAlreadyInUse
                ? $"The port of StreamCoord:{key}, {endpoint}, is in use by another process. Stop that process, or set the key to another port."
                : $"StreamCoord:{key} is '{endpoint}': the silo cannot listen there ({failure.SocketErrorCode}). It takes an address of this machine and a port that this user may open.");
        }
    }

    /// <summary>Whether a start failed because another process took a port after <see cref="Choose"/> had looked.</summary>
    public static bool IsTaken(Exception failure) =>
        failure is SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } || (failure.InnerException is { } inner && IsTaken(inner));
}
