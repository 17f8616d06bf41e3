namespace StreamCoord.Client;

/// <summary>A transaction cannot be committed. Abort it, and begin anew: nothing of it counts.</summary>
public sealed class TransactionFailedException : StreamCoordException
{
    internal TransactionFailedException(ErrorCode code, string message, Exception? cause = null)
        : base(code, $"The transaction cannot be committed: {message} Abort it and begin anew.", cause)
    {
    }
}
