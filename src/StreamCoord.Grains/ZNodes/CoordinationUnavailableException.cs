namespace StreamCoord.Grains.ZNodes;

/// <summary>The sequencer cannot begin a term now. Nothing was carried out.</summary>
[GenerateSerializer, Alias("StreamCoord.CoordinationUnavailableException")]
public sealed class CoordinationUnavailableException(string message) : Exception(message)
{
    /// <summary>True when trying again does not help: what this silo has of the tree is damaged or not there.</summary>
    [Id(0)]
    public bool IsLasting { get; init; }
}
