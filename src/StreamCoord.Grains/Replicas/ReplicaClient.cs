using Orleans.Runtime.Services;

namespace StreamCoord.Grains.Replicas;

/// <summary>Reaches <see cref="IReplicaService"/> of other silos. Safe for concurrent use.</summary>
internal sealed class ReplicaClient(IServiceProvider services) : GrainServiceClient<IReplicaService>(services)
{
    /// <summary>The service of a silo.</summary>
    public IReplicaService Of(SiloAddress silo) => GetGrainService(silo);
}
