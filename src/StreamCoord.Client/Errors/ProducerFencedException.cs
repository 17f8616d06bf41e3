namespace StreamCoord.Client;

/// <summary>A newer producer with the same transactional id has taken this one's place. This one cannot do anything any more: dispose it.</summary>
public sealed class ProducerFencedException : StreamCoordException
{
    internal ProducerFencedException(ErrorCode code, string transactionalId, string? message)
        : base(code, $"Another producer with the transactional id '{transactionalId}' has taken this one's place. Dispose this one. {message}".TrimEnd())
    {
    }
}
