namespace StreamCoord.Transactions;

/// <summary>Gives idempotent producers their identity, as each silo does: <see cref="IProducerIds"/> for clients outside. Key: 0.</summary>
/// <remarks>Calls may run interleaved. Asking again after a failure does no harm: an id that nobody got is lost.</remarks>
[Alias("StreamCoord.IProducerIdGrain")]
public interface IProducerIdGrain : IGrainWithIntegerKey
{
    /// <summary>A producer id that nobody else in the cluster has or had, with epoch 0; <see cref="ErrorCode.CoordinatorNotAvailable"/> when none can be had now.</summary>
    [Alias("Next")]
    Task<ProducerReply> Next();
}
