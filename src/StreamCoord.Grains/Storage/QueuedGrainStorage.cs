using Orleans.Storage;

namespace StreamCoord.Grains.Storage;

/// <summary>
/// Grain storage whose every call runs where the database's blocking calls may run. Adds nothing else to the storage behind it,
/// and is as safe for concurrent use as that is.
/// </summary>
internal sealed class QueuedGrainStorage(IGrainStorage storage, Database database) : IGrainStorage
{
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        RunAsync(() => storage.ReadStateAsync(stateName, grainId, grainState));

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        RunAsync(() => storage.WriteStateAsync(stateName, grainId, grainState));

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        RunAsync(() => storage.ClearStateAsync(stateName, grainId, grainState));

    private Task<bool> RunAsync(Func<Task> work)
    {
        return database.RunAsync(async () =>
        {
            await work();
            return true;
        });
    }
}
