namespace StreamCoord.Client;

/// <summary>The cluster has refused what was asked, or could not be reached for too long. The message says what is wrong and what to do.</summary>
public class StreamCoordException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="code">Kafka's word for it.</param>
    /// <param name="message">What is wrong and what to do.</param>
    /// <param name="cause">What it came from, or null.</param>
    public StreamCoordException(ErrorCode code, string message, Exception? cause = null)
        : base($"{message} ({code.WireName()})", cause) => Code = code;

    /// <summary>Kafka's word for it; <see cref="ErrorCode.RequestTimedOut"/> where nobody answered in time.</summary>
    public ErrorCode Code { get; }

    /// <summary>Whether the same request may succeed a little later without a change.</summary>
    public bool IsRetriable => Code.IsRetriable();
}
