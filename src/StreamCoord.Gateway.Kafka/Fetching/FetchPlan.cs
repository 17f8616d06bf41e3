namespace StreamCoord.Gateway.Kafka.Fetching;

/// <summary>What a fetch is to read, and how its answer is told.</summary>
/// <param name="Error">Why nothing is read, or <see cref="ErrorCode.None"/>.</param>
/// <param name="Targets">The partitions, in the order in which they may fill the answer.</param>
/// <param name="Session">The session that it goes on; null for a full fetch.</param>
/// <param name="BeginsSession">Whether the client wants one to begin.</param>
internal sealed record FetchPlan(ErrorCode Error, IReadOnlyList<FetchTarget> Targets, FetchSession? Session, bool BeginsSession)
{
    /// <summary>A refusal.</summary>
    public static FetchPlan Refused(ErrorCode error) => new(error, [], null, false);
}
