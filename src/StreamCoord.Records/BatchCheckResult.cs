namespace StreamCoord.Records;

/// <summary>What a check of one batch found.</summary>
/// <param name="Problem"><see cref="BatchProblem.None"/> for a batch that may be appended.</param>
/// <param name="Error">The code to answer with; <see cref="ErrorCode.None"/> when there is no problem.</param>
/// <param name="Message">What is wrong and what to do, for people; empty when there is no problem.</param>
/// <param name="RecordIndex">The record at fault, counted from 0 within the batch, or -1 when it is the batch as a whole.</param>
/// <param name="MaxTimestampMs">
/// The true largest timestamp of the records in milliseconds since 1970, whatever the header says; -1 when there is a problem.
/// </param>
/// <param name="MaxTimestampOffsetDelta">The first record that has that timestamp; -1 when there is a problem.</param>
public readonly record struct BatchCheckResult(
    BatchProblem Problem, ErrorCode Error, string Message, int RecordIndex, long MaxTimestampMs, int MaxTimestampOffsetDelta)
{
    /// <summary>True when there is no problem.</summary>
    public bool IsValid => Problem == BatchProblem.None;

    internal static BatchCheckResult Valid(long maxTimestampMs, int maxTimestampOffsetDelta) =>
        new(BatchProblem.None, ErrorCode.None, "", -1, maxTimestampMs, maxTimestampOffsetDelta);

    internal static BatchCheckResult Refused(BatchProblem problem, string message, int recordIndex = -1) =>
        new(problem, problem.ToErrorCode(), message, recordIndex, -1, -1);
}
