namespace StreamCoord.Log.Storage;

/// <summary>A file was written by a newer version of the program; this one must not touch it.</summary>
public sealed class NewerFormatException : IOException
{
    /// <summary>Without details.</summary>
    public NewerFormatException()
    {
    }

    /// <summary>With a message.</summary>
    public NewerFormatException(string message)
        : base(message)
    {
    }

    /// <summary>With a message and what led there.</summary>
    public NewerFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Names the file and both versions.</summary>
    public NewerFormatException(string path, int version, int versionMax)
        : base($"'{path}' has format version {version}, this program knows versions up to {versionMax}. Use the newer program that wrote it.")
    {
    }
}
