using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StreamCoord.Grains.ZNodes.Streams;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.ZNodes;

/// <summary>Adds the znode tree to a silo.</summary>
public static class ZNodeHosting
{
    /// <summary>
    /// Adds this silo's copy of the tree, which is kept up while the silo starts and until it has stopped: call it before Orleans is added. It reads the log that
    /// <see cref="Partitions.PartitionHosting.AddPartitions"/> adds.
    /// </summary>
    /// <param name="services">The silo's services.</param>
    /// <param name="dataDirectory">Where the silo keeps everything.</param>
    /// <param name="options">The tree's options.</param>
    /// <param name="preload">What has begun to read the tree of that directory, if anything has.</param>
    public static IServiceCollection AddZNodes(this IServiceCollection services, string dataDirectory, ZNodeOptions options, TreePreload? preload = null)
    {
        services.AddSingleton(options);
        services.AddSingleton(ZNodePlace.In(dataDirectory));
        services.AddSingleton(preload ?? TreePreload.None);
        services.AddSingleton<TreeLog>();
        services.AddSingleton<CheckpointFiles>();
        services.AddSingleton<TreeCheckpoints>();
        services.AddSingleton<TreeMetrics>();
        services.AddSingleton<TreeFeed>();
        services.AddSingleton<TreeHistory>();
        services.AddSingleton<ZNodeGrains>();
        services.AddSingleton<WriteLane>();
        services.AddSingleton<SessionHeartbeats>();
        services.AddSingleton<CoordinationService>();
        services.AddSingleton<ICoordination>(provider => provider.GetRequiredService<CoordinationService>());
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<TreeFeed>());
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<SessionHeartbeats>());
        return services;
    }

    /// <summary>Adds how the tree's grains are placed, and the stream of its changes (<see cref="ZNodeChanges"/>).</summary>
    public static ISiloBuilder AddZNodes(this ISiloBuilder silo)
    {
        silo.Services.AddPlacementDirector<SiloLocalPlacement, SiloLocalPlacementDirector>();
        return silo.AddZNodeStream();
    }
}
