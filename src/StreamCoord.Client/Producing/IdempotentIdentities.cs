using StreamCoord.Client.Calls;
using StreamCoord.Transactions;

namespace StreamCoord.Client.Producing;

/// <summary>The identity of an idempotent producer without transactions: a fresh id whenever it is not known how far the numbers of the one before are used. Or nobody's, for a producer that does not number its batches.</summary>
internal sealed class IdempotentIdentities(GrainCalls calls, bool isIdempotent) : IProducerIdentities, IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private volatile ProducerIdentity? _current = isIdempotent ? null : ProducerIdentity.Nobody;

    /// <inheritdoc/>
    public ValueTask<ProducerIdentity> GetAsync(CancellationToken cancellationToken) => _current is { } current ? new(current) : AskAsync(cancellationToken);

    /// <inheritdoc/>
    public void Failed(ProducerIdentity? identity, BatchFailure failure)
    {
        bool isNumberLost = failure.MayBeWritten || failure.Code is ErrorCode.OutOfOrderSequenceNumber or ErrorCode.InvalidProducerEpoch;
        if (isIdempotent && isNumberLost && identity is not null && ReferenceEquals(_current, identity))
        {
            _current = null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    private async ValueTask<ProducerIdentity> AskAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_current is { } current)
            {
                return current;
            }
            ProducerReply reply = await calls.AskAsync(grains => grains.GetGrain<IProducerIdGrain>(0).Next(), reply => reply.Error, cancellationToken).ConfigureAwait(false);
            GrainCalls.Require(reply.Error, reply.Message);
            ProducerIdentity fresh = new(reply.ProducerId, reply.ProducerEpoch, null);
            _current = fresh;
            return fresh;
        }
        finally
        {
            _gate.Release();
        }
    }
}
