namespace StreamCoord.Client.Producing;

/// <summary>Where a producer's senders get the identity under which they send. Safe for concurrent use.</summary>
internal interface IProducerIdentities
{
    /// <summary>The identity to send the next batch under.</summary>
    /// <exception cref="StreamCoordException">There is none to be had.</exception>
    ValueTask<ProducerIdentity> GetAsync(CancellationToken cancellationToken);

    /// <summary>A batch failed that was sent, or to be sent, under an identity.</summary>
    void Failed(ProducerIdentity? identity, BatchFailure failure);
}
