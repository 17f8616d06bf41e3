using Orleans.Storage;

namespace StreamCoord.Grains.Tests.Topics;

/// <summary>Grain storage whose writes go by a <see cref="FaultPlan"/>.</summary>
internal sealed class FaultyStorage(IGrainStorage storage, FaultPlan faults) : IGrainStorage
{
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        storage.ReadStateAsync(stateName, grainId, grainState);

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        faults.RunAsync(() => storage.WriteStateAsync(stateName, grainId, grainState));

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        faults.RunAsync(() => storage.ClearStateAsync(stateName, grainId, grainState));
}
