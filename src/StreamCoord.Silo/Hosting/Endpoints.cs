using System.Net;
using StreamCoord.Grains.Brokers;
using StreamCoord.Silo.Options;

namespace StreamCoord.Silo.Hosting;

/// <summary>Where one start of the silo listens. Immutable.</summary>
/// <param name="Http">The HTTP gateway; port 0 lets the listener choose.</param>
/// <param name="Silo">Other silos.</param>
/// <param name="Gateway">Orleans clients.</param>
internal sealed record Endpoints(IPEndPoint Http, IPEndPoint Silo, IPEndPoint Gateway)
{
    /// <summary>What is configured, with free ports chosen for the listeners that cannot choose themselves.</summary>
    /// <exception cref="StartRefusedException">The silo cannot listen at one of them.</exception>
    public static Endpoints Choose(ListenerOptions options)
    {
        Ports.Choose(ListenerOptions.HttpKey, options.Http);
        return new Endpoints(
            options.Http, Ports.Choose(ListenerOptions.SiloKey, options.Silo), Ports.Choose(ListenerOptions.GatewayKey, options.Gateway));
    }

    /// <summary>The same as it stands in the znode tree, for whoever looks for this silo.</summary>
    /// <param name="httpAddress">Where clients reach the HTTP gateway.</param>
    /// <param name="rack">Where the machine stands.</param>
    public BrokerEndpoints Describe(string httpAddress, string? rack)
    {
        const string Plain = "PLAINTEXT";
        string host = httpAddress[..httpAddress.LastIndexOf(':')];
        return new BrokerEndpoints(
            host, [new("HTTP", Plain, httpAddress), new("SILO", Plain, Silo.ToString()), new("GATEWAY", Plain, Gateway.ToString())], rack);
    }
}
