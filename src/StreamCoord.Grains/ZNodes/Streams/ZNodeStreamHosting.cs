using Microsoft.Extensions.DependencyInjection;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.ZNodes.Streams;

/// <summary>Adds the stream of the tree's changes to a silo.</summary>
internal static class ZNodeStreamHosting
{
    /// <summary>There is one stream, so there is nothing to be gained by forgetting that nobody has used it for a while.</summary>
    private static readonly TimeSpan Always = TimeSpan.FromDays(365);

    /// <summary>A grain that fails is tried again for so long before it is told that it has missed a change.</summary>
    private static readonly TimeSpan DeliveryTimeMax = TimeSpan.FromDays(1);

    /// <summary>Adds the provider. Subscriptions are kept in the storage that <see cref="Storage.StorageHosting"/> adds.</summary>
    public static ISiloBuilder AddZNodeStream(this ISiloBuilder silo)
    {
        silo.AddPersistentStreams(
            ZNodeChanges.Provider,
            (services, _) => ActivatorUtilities.CreateInstance<ZNodeQueueFactory>(services),
            streams => streams.ConfigurePullingAgent(agent => agent.Configure(options =>
            {
                options.StreamInactivityPeriod = Always;
                options.MaxEventDeliveryTime = DeliveryTimeMax;
            })));
        return silo;
    }
}
