using Orleans.Concurrency;
using StreamCoord.Grains.ZNodes;
using StreamCoord.Transactions;

namespace StreamCoord.Grains.Transactions;

/// <summary>The way of clients outside to this silo's producer ids. Keeps nothing.</summary>
[Reentrant, SiloLocalPlacement]
internal sealed class ProducerIdGrain(IProducerIds ids) : Grain, IProducerIdGrain
{
    /// <inheritdoc/>
    public async Task<ProducerReply> Next() => await ids.NextAsync() is { } producerId
        ? new ProducerReply(ErrorCode.None, null, producerId, 0)
        : ProducerReply.Refused(ErrorCode.CoordinatorNotAvailable, "There is no producer id to be had now. Try again.");
}
