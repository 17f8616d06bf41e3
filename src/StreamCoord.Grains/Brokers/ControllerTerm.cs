namespace StreamCoord.Grains.Brokers;

/// <summary>The term of a controller: what it writes is checked against it, so that nothing of an earlier controller comes late. Immutable.</summary>
/// <param name="Epoch">The number in /controller_epoch.</param>
/// <param name="EpochVersion">The version of that znode.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.ControllerTerm")]
internal sealed record ControllerTerm([property: Id(0)] int Epoch, [property: Id(1)] int EpochVersion);
