namespace StreamCoord.Grains.Groups;

/// <summary>A group's coordinator cannot serve now. It becomes a refusal where the grain is left.</summary>
internal sealed class GroupUnavailableException(ErrorCode error, string message) : Exception(message)
{
    /// <summary>What clients are told.</summary>
    public ErrorCode Error { get; } = error;
}
