namespace StreamCoord.Client;

/// <summary>A record was not delivered, or it is not known whether it was.</summary>
public sealed class DeliveryFailedException : StreamCoordException
{
    internal DeliveryFailedException(ErrorCode code, string message, bool mayBeWritten, Exception? cause = null)
        : base(code, message, cause) => MayBeWritten = mayBeWritten;

    /// <summary>True when the record may be in the log all the same: the last attempt had no answer. False when it certainly is not.</summary>
    public bool MayBeWritten { get; }
}
