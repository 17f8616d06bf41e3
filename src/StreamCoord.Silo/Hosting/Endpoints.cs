using System.Net;
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
}
