using System.Runtime.CompilerServices;
using StreamCoord.Client.Producing;

namespace StreamCoord.Client;

/// <summary>A record that a producer has taken and sends. What comes of it is told to whoever waits; nobody has to. Costs no memory of its own. Safe for concurrent use.</summary>
public readonly struct Delivery
{
    private readonly BatchDelivery _batch;
    private readonly int _index;
    private readonly long _timestampMs;

    internal Delivery(BatchDelivery batch, int index, long timestampMs) => (_batch, _index, _timestampMs) = (batch, index, timestampMs);

    /// <summary>The partition that it goes to.</summary>
    public TopicPartition Partition => _batch.Partition;

    /// <summary>True when it is known what came of it.</summary>
    public bool IsSettled => _batch.Settled.IsCompleted;

    /// <summary>Waits until the record is delivered as the producer's acks ask for.</summary>
    /// <param name="cancellationToken">Ends the wait; the record is on its way all the same.</param>
    /// <exception cref="DeliveryFailedException">It was not delivered, or it is not known whether it was.</exception>
    /// <exception cref="ProducerFencedException">A newer producer of the same transactional id has taken over.</exception>
    public ValueTask<DeliveryReport> WaitAsync(CancellationToken cancellationToken = default)
    {
        if (!_batch.Settled.IsCompleted)
        {
            return WaitSlowlyAsync(this, cancellationToken);
        }
        return _batch.Outcome.Failure is { } failure ? ValueTask.FromException<DeliveryReport>(failure.Again()) : new(ReportOf(_batch.Outcome));
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<DeliveryReport> WaitSlowlyAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        await delivery._batch.Settled.WaitAsync(cancellationToken).ConfigureAwait(false);
        return delivery.ReportOf(delivery._batch.Outcome);
    }

    private DeliveryReport ReportOf(BatchOutcome outcome) => outcome.Failure is { } failure
        ? throw failure.Again()
        : new DeliveryReport(
            _batch.Partition, outcome.BaseOffset == Offset.None ? Offset.None : outcome.BaseOffset + _index, outcome.LogAppendTimeMs >= 0 ? outcome.LogAppendTimeMs : _timestampMs);
}
