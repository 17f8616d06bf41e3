using Microsoft.Extensions.DependencyInjection;
using StreamCoord.Brokers;
using StreamCoord.Grains.Replicas;
using StreamCoord.Grains.Security;
using StreamCoord.Grains.Topics;
using StreamCoord.Grains.ZNodes;
using StreamCoord.Security;

namespace StreamCoord.Grains.Brokers;

/// <summary>Adds Kafka's metadata in the tree to a silo.</summary>
public static class BrokerHosting
{
    /// <summary>
    /// Has Kafka's metadata kept in the tree: without it a silo serves the tree and the internal topics alone, and other topics wait. It stands on topics and the tree.
    /// </summary>
    public static ISiloBuilder AddBrokers(this ISiloBuilder silo)
    {
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<Metadata>());
        silo.Services.AddSingleton<FollowerConfigs>();
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<FollowerConfigs>());
        return silo;
    }

    /// <summary>
    /// Waits until topics can be served, registers the silo in the tree, and keeps it registered until it stops. Call it when its listeners listen; ends after the first attempt.
    /// </summary>
    /// <exception cref="CoordinationUnavailableException">The znodes that topics need cannot be made.</exception>
    public static async Task RegisterBrokerAsync(this IServiceProvider services, BrokerEndpoints endpoints)
    {
        try
        {
            await services.GetRequiredService<MetadataStart>().Done;
        }
        catch (TreeRefusedException failure)
        {
            throw new CoordinationUnavailableException(failure.Message);
        }
        await services.GetRequiredService<BrokerRegistration>().StartAsync(endpoints);
    }

    internal static void AddMetadata(this IServiceCollection services)
    {
        services.AddSingleton<BaseNodes>();
        services.AddSingleton<MetadataStart>();
        services.AddSingleton<MetadataWatch>();
        services.AddSingleton<ConfigFollower>();
        services.AddSingleton<OwnedRoots>();
        services.AddSingleton<SecurityFollower>();
        services.AddSingleton<ISecurityStore, SecurityStore>();
        services.AddSingleton<Controller>();
        services.AddSingleton<ControllerElection>();
        services.AddSingleton<BrokerRegistration>();
        // Asked for when a request comes, because the gateway that knows stands on other parts of the silo.
        services.AddSingleton(provider => new Lazy<IEnumerable<IBroker>>(provider.GetServices<IBroker>));
        services.AddSingleton<BrokerDirectory>();
        services.AddSingleton<IBrokers>(provider => provider.GetRequiredService<BrokerDirectory>());
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<BrokerDirectory>());
        services.AddSingleton<TopicStore>();
        services.AddSingleton<TopicMigration>();
        services.AddSingleton<MetadataParts>();
        services.AddSingleton<Metadata>();
    }
}
