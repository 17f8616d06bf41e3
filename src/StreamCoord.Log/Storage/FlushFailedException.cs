namespace StreamCoord.Log.Storage;

/// <summary>
/// A flush failed: nobody knows which of the bytes written since the last good one are on the disk, and the system takes all of them for clean. The log goes back to
/// what that one covered.
/// </summary>
internal sealed class FlushFailedException : IOException
{
    public FlushFailedException(IOException cause)
        : base(cause.Message, cause) => HResult = cause.HResult;
}
