using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StreamCoord.Brokers;
using StreamCoord.Grains.Cluster;
using StreamCoord.Grains.Leadership;
using StreamCoord.Grains.Storage;
using StreamCoord.Grains.Topics;
using StreamCoord.Partitions;

namespace StreamCoord.Grains.Replicas;

/// <summary>Adds the copies of partitions, and what they know of the cluster, to a silo.</summary>
internal static class ReplicaHosting
{
    /// <summary>It stands on the leadership table and the logs. Who shares a database with others is a node among nodes; an embedded silo is alone.</summary>
    public static ISiloBuilder AddReplicas(this ISiloBuilder silo, Database database)
    {
        IServiceCollection services = silo.Services;
        services.AddSingleton<Leaderships>();
        services.AddSingleton<ClaimLane>();
        services.AddSingleton<InSyncChanges>();
        services.AddSingleton<IPeers, Peers>();
        services.AddSingleton<MonotonicClock>();
        services.AddSingleton(provider => new CatchUpLimit(provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<TopicOptions>().CatchUpBytesPerSecond));
        services.AddSingleton<ReplicaMetrics>();
        services.AddSingleton(provider => new ReplicaContext(
            provider.GetRequiredService<ClusterIdentity>().Replica,
            provider.GetRequiredService<IClusterNodes>(),
            provider.GetRequiredService<Leaderships>(),
            provider.GetRequiredService<ILeadershipTable>(),
            provider.GetRequiredService<InSyncChanges>(),
            provider.GetRequiredService<ClaimLane>(),
            provider.GetRequiredService<IPeers>(),
            provider.GetRequiredService<MonotonicClock>(),
            provider.GetRequiredService<CatchUpLimit>(),
            provider.GetRequiredService<ReplicaMetrics>(),
            provider.GetRequiredService<ILogger<PartitionReplica>>()));
        services.AddSingleton<LeadershipMoves>();
        services.AddSingleton<LeadershipBalance>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<LeadershipBalance>());
        services.AddSingleton<Leaders>();
        services.AddSingleton<ICoordinators>(provider => provider.GetRequiredService<Leaders>());
        services.AddSingleton<ILocalReplicas, LocalReplicas>();
        services.AddSingleton<ReplicaRegistry>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<ReplicaRegistry>());
        services.AddSingleton<IHostedService, EarlyHandOver>();
        services.AddPlacementDirector<NodePlacement, NodePlacementDirector>();
        silo.AddGrainService<ReplicaService>();
        if (database.IsShared)
        {
            services.AddSingleton<DataDirectories>();
            services.AddSingleton<ClusterNodes>();
            services.AddSingleton<IClusterNodes>(provider => provider.GetRequiredService<ClusterNodes>());
            services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<ClusterNodes>());
        }
        else
        {
            services.AddSingleton<IClusterNodes, LoneNode>();
        }
        return silo;
    }
}
