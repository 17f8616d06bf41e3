using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StreamCoord.Testing.Processes;

namespace StreamCoord.Client.Tests.Clusters;

/// <summary>A host outside of the cluster, as an app is one.</summary>
internal static class ClientHost
{
    /// <summary>Starts one that knows a silo's gateway.</summary>
    public static async Task<IHost> StartAsync(string gateway, string clusterId)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddStreamCoordClient(options => (options.Gateways, options.ClusterId, options.AttemptTimeoutMs) = ([gateway], clusterId, 1_000));
        IHost host = builder.Build();
        await host.StartAsync();
        return host;
    }

    /// <summary>Starts one for a silo that runs.</summary>
    public static async Task<IHost> StartAsync(SiloProcess silo, string dataDirectory) => await StartAsync(await GatewayAsync(dataDirectory), await ClusterIdAsync(silo));

    /// <summary>The client of a host.</summary>
    public static StreamCoordClient Client(this IHost host) => host.Services.GetRequiredService<StreamCoordClient>();

    public static async Task<string> GatewayAsync(string dataDirectory)
    {
        using JsonDocument endpoints = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(dataDirectory, "endpoints.json")));
        return endpoints.RootElement.GetProperty("gateway").GetString()!;
    }

    public static async Task<string> ClusterIdAsync(SiloProcess silo)
    {
        using JsonDocument clusters = JsonDocument.Parse(await silo.Http.GetStringAsync("/v3/clusters"));
        return clusters.RootElement.GetProperty("data")[0].GetProperty("cluster_id").GetString()!;
    }
}
