namespace StreamCoord.Log.Storage;

/// <summary>Tells the kinds of disk failure apart.</summary>
public static class DiskErrors
{
    // errno values as .NET reports them in HResult on Unix, and Windows' own codes.
    private const int NoSpace = 28;
    private const int FileTooBig = 27;
    private const int QuotaExceeded = 122;
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    /// <summary>True when there was no room: the disk, the quota or the file-size limit is used up.</summary>
    public static bool IsFull(IOException exception) =>
        exception.HResult is NoSpace or FileTooBig or QuotaExceeded or WindowsDiskFull;

    /// <summary>The sentence an operator reads about a failed write or flush.</summary>
    public static string Describe(IOException exception) => exception switch
    {
        NewerFormatException => exception.Message,
        _ when IsFull(exception) =>
            "The disk is full (or the file-size limit or quota is used up). Nothing of this request was kept. Free some space, or lower retention; appends resume by themselves.",
        _ => $"The disk failed: {exception.Message} Nothing of this request was kept. It is tried again with the next request.",
    };

    /// <summary>What .NET reports as a bad argument when a write meets a file-size limit (EFBIG).</summary>
    internal static IOException BeyondFileSizeLimit(ArgumentOutOfRangeException exception) => new("File too large", exception) { HResult = FileTooBig };

    /// <summary>An exception that <see cref="IsFull"/> recognises. For tests that fill a simulated disk.</summary>
    public static IOException Full() => new("No space left on device", NoSpace);
}
