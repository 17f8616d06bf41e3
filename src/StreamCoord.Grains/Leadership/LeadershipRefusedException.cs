namespace StreamCoord.Grains.Leadership;

/// <summary>This node cannot lead the partition; the message says why. Trying again does not help until the table changes.</summary>
public sealed class LeadershipRefusedException(string message) : Exception(message);
