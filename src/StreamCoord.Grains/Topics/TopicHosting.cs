using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using StreamCoord.Backups;
using StreamCoord.Brokers;
using StreamCoord.Grains.Brokers;
using StreamCoord.Grains.Leadership;
using StreamCoord.Grains.Replicas;
using StreamCoord.Grains.Storage;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Topics;

/// <summary>Adds topics, and the leadership that their partitions need, to a silo.</summary>
public static class TopicHosting
{
    /// <summary>
    /// Adds what topic grains and partition grains ask for, kept in <paramref name="database"/>, which the caller closes after the
    /// silo has stopped, and in the znode tree. A <see cref="ClusterIdentity"/>, partitions and the tree are the caller's to add.
    /// </summary>
    public static ISiloBuilder AddTopics(this ISiloBuilder silo, Database database, TopicOptions options)
    {
        silo.AddStreamCoordStorage(database);
        silo.Services.AddSingleton(options);
        silo.Services.AddSingleton<ILeadershipTable, LeadershipTable>();
        silo.Services.TryAddSingleton(new ZNodeOptions());
        silo.Services.AddSingleton<InternalTopics>();
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(services => services.GetRequiredService<InternalTopics>());
        silo.AddReplicas(database);
        silo.Services.AddSingleton<TopicPlaces>();
        silo.Services.AddSingleton<ReplicaMoves>();
        silo.Services.AddSingleton<IBrokerDrain, BrokerDrain>();
        silo.Services.AddSingleton<Backups.PartitionEnds>();
        silo.Services.AddSingleton<IBackups, Backups.Backups>();
        silo.Services.AddMetadata();
        return silo;
    }
}
