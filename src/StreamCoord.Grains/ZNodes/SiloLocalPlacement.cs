using Orleans.Placement;
using Orleans.Runtime.Placement;

namespace StreamCoord.Grains.ZNodes;

/// <summary>
/// Each silo has its own activation of a grain, which is not in the grain directory: a caller always reaches the one on the silo that it calls through.
/// </summary>
[GenerateSerializer, Immutable, Alias("StreamCoord.SiloLocalPlacement")]
internal sealed class SiloLocalPlacement : PlacementStrategy
{
    /// <inheritdoc/>
    public override bool IsUsingGrainDirectory => false;
}

/// <summary>Places a grain class by <see cref="SiloLocalPlacement"/>.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
internal sealed class SiloLocalPlacementAttribute() : PlacementAttribute(new SiloLocalPlacement());

/// <summary>Chooses the silo that asks.</summary>
internal sealed class SiloLocalPlacementDirector : IPlacementDirector
{
    /// <inheritdoc/>
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context) => Task.FromResult(context.LocalSilo);
}
