namespace StreamCoord.Records.Compression;

/// <summary>Decompressed bytes went over their limit. Never leaves <see cref="BatchCompression"/>.</summary>
internal sealed class OutputLimitException : Exception
{
    public OutputLimitException()
        : base("The decompressed bytes went over their limit.")
    {
    }
}
