namespace StreamCoord;

/// <summary>A bug of ours was found before it could do damage. Never caught to go on.</summary>
public sealed class InvariantBrokenException : Exception
{
    /// <summary>Without a message.</summary>
    public InvariantBrokenException()
    {
    }

    /// <summary>With the condition that does not hold.</summary>
    public InvariantBrokenException(string message)
        : base(message)
    {
    }

    /// <summary>With the condition that does not hold and what led there.</summary>
    public InvariantBrokenException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
