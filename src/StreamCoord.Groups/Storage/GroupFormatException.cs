namespace StreamCoord.Groups.Storage;

/// <summary>A record of <c>__consumer_offsets</c> is not what this build can read.</summary>
public sealed class GroupFormatException(string message) : Exception(message);
