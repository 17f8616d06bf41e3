namespace StreamCoord.Grains.Coordinators;

/// <summary>A coordinator cannot serve now. It becomes a refusal where the grain is left.</summary>
internal sealed class CoordinatorUnavailableException(ErrorCode error, string message) : Exception(message)
{
    /// <summary>What clients are told.</summary>
    public ErrorCode Error { get; } = error;
}
