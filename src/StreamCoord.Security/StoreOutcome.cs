namespace StreamCoord.Security;

/// <summary>What came of a write. Immutable.</summary>
/// <param name="Error"><see cref="ErrorCode.None"/> when it is done.</param>
/// <param name="Message">What is wrong, for people; null when nothing is.</param>
public sealed record StoreOutcome(ErrorCode Error, string? Message)
{
    /// <summary>It is done.</summary>
    public static StoreOutcome Done { get; } = new(ErrorCode.None, null);

    /// <summary>It is not.</summary>
    public static StoreOutcome Refused(ErrorCode error, string message) => new(error, message);
}
