namespace StreamCoord.Grains.ZNodes;

/// <summary>The sequencer cannot begin a term now. Nothing was carried out.</summary>
[GenerateSerializer, Alias("StreamCoord.CoordinationUnavailableException")]
public sealed class CoordinationUnavailableException(string message) : Exception(message);
