namespace StreamCoord.Grains.Storage;

/// <summary>The database cannot be used as it is; the message says why and what to do. Raised at start only.</summary>
public sealed class DatabaseException : Exception
{
    /// <summary>Creates the exception.</summary>
    public DatabaseException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with the failure behind it.</summary>
    public DatabaseException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
