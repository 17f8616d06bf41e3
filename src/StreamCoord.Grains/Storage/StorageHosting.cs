using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime.Hosting;
using Orleans.Serialization;
using Orleans.Storage;

namespace StreamCoord.Grains.Storage;

/// <summary>Adds grain storage to a silo.</summary>
public static class StorageHosting
{
    /// <summary>The name of the storage in which Orleans' streams keep their subscriptions.</summary>
    internal const string Subscriptions = "PubSubStore";

    private const string SubscriptionsDatabase = "PubSubStore-database";

    /// <summary>Keeps the state of grains in <paramref name="database"/>, which the caller closes after the silo has stopped.</summary>
    public static ISiloBuilder AddStreamCoordStorage(this ISiloBuilder silo, Database database)
    {
        silo.Services.AddSingleton(database);
        silo.AddAdoNetGrainStorage(SubscriptionsDatabase, storage => storage.Configure<Serializer>((options, serializer) =>
        {
            options.Invariant = database.OrleansInvariant;
            options.DataSource = database.Source;
            options.DeleteStateOnClear = true;
            options.GrainStorageSerializer = new OrleansGrainStorageSerializer(serializer);
        }));
        silo.Services.AddGrainStorage(Subscriptions, (services, _) => Queued(services.GetRequiredKeyedService<IGrainStorage>(SubscriptionsDatabase), database));
        return silo;
    }

    private static IGrainStorage Queued(IGrainStorage storage, Database database) =>
        database.IsBlocking ? new QueuedGrainStorage(storage, database) : storage;
}
