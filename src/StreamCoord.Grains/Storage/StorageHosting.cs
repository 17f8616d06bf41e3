using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Runtime.Hosting;
using Orleans.Storage;

namespace StreamCoord.Grains.Storage;

/// <summary>Adds grain storage to a silo.</summary>
public static class StorageHosting
{
    /// <summary>The name of the storage that topic grains and catalogue grains ask for.</summary>
    internal const string Topics = "topics";

    private const string TopicsDatabase = "topics-database";

    /// <summary>Keeps the state of grains in <paramref name="database"/>, which the caller closes after the silo has stopped.</summary>
    public static ISiloBuilder AddStreamCoordStorage(this ISiloBuilder silo, Database database)
    {
        silo.Services.AddSingleton(database);
        silo.AddAdoNetGrainStorage(TopicsDatabase, (AdoNetGrainStorageOptions options) =>
        {
            options.Invariant = database.OrleansInvariant;
            options.DataSource = database.Source;
            options.DeleteStateOnClear = true;
            options.GrainStorageSerializer = new StateSerializer();
        });
        silo.Services.AddGrainStorage(Topics, (services, _) => Queued(services.GetRequiredKeyedService<IGrainStorage>(TopicsDatabase), database));
        return silo;
    }

    private static IGrainStorage Queued(IGrainStorage storage, Database database) =>
        database.IsBlocking ? new QueuedGrainStorage(storage, database) : storage;
}
