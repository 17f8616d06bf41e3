using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StreamCoord.Client;
using StreamCoord.Testing.Processes;

namespace StreamCoord.Benchmarks.Client;

/// <summary>An app beside a silo, in this process.</summary>
internal static class ClientHost
{
    /// <summary>Starts one that is connected.</summary>
    public static async Task<IHost> StartAsync(SiloProcess silo, string dataDirectory)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        using JsonDocument clusters = JsonDocument.Parse(await silo.Http.GetStringAsync("/v3/clusters"));
        using JsonDocument endpoints = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(dataDirectory, "endpoints.json")));
        builder.Services.AddStreamCoordClient(options =>
        {
            options.Gateways = [endpoints.RootElement.GetProperty("gateway").GetString()!];
            options.ClusterId = clusters.RootElement.GetProperty("data")[0].GetProperty("cluster_id").GetString();
        });
        IHost host = builder.Build();
        await host.StartAsync();
        return host;
    }

    /// <summary>Its client.</summary>
    public static StreamCoordClient Client(this IHost host) => host.Services.GetRequiredService<StreamCoordClient>();
}
