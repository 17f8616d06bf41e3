using Orleans.Concurrency;
using StreamCoord.Grains.Cluster;
using StreamCoord.Grains.Coordinators;
using StreamCoord.Transactions;

namespace StreamCoord.Grains.Transactions;

/// <summary>The shell around one transactional id, on the node that leads its partition of <c>__transaction_state</c>: brings it to life over what is durable and passes calls on. It decides nothing about transactions.</summary>
/// <remarks>
/// Reentrant, because a request must not wait for partitions that are being told of the transaction before. Interleaved calls share <c>_live</c>, which changes between awaits only. A second activation, which Orleans does
/// not rule out, can do no harm on another silo: its term has another epoch, and the log takes only the newest.
/// </remarks>
[Reentrant, NodePlacement, GrainType("led-transaction")]
internal sealed class LedTransactionGrain(TransactionPartitions partitions, IProducerIds ids, TransactionMarkers markers, TransactionOptions options, TimeProvider time) : Grain, ILedTransactionGrain
{
    private LiveTransaction? _live;

    private string TransactionalId => NodeKey.Parse(this.GetPrimaryKeyString()).Key;

    public Task<ProducerReply> InitProducer(InitProducerRequest request) => RunAsync(live => live.InitAsync(request), ProducerReply.Refused);

    public Task<TransactionReply> Enter(EnterTransactionRequest request) => RunAsync(live => live.EnterAsync(request), (error, message) => new TransactionReply(error, message));

    public Task<ProducerReply> End(EndTransactionRequest request) => RunAsync(live => live.EndAsync(request), ProducerReply.Refused);

    public Task<TransactionDescription> Describe() =>
        RunAsync(live => Task.FromResult(live.Describe()), (error, message) => TransactionDescription.Refused(error, message, TransactionalId));

    public Task Maintain() => RunAsync(
        async live =>
        {
            await live.MaintainAsync();
            return true;
        },
        (_, _) => false);

    // Every failure that a caller must expect becomes a refusal here, and nowhere else.
    private async Task<T> RunAsync<T>(Func<LiveTransaction, Task<T>> action, Func<ErrorCode, string, T> refuse)
    {
        LiveTransaction live;
        try
        {
            do
            {
                live = await EnsureLiveAsync();
            }
            while (live.IsClosed);
        }
        catch (CoordinatorUnavailableException exception)
        {
            return refuse(exception.Error, exception.Message);
        }
        catch (TimeoutException)
        {
            return refuse(ErrorCode.CoordinatorLoadInProgress, "What transactions have come to is being read. Try again.");
        }
        T reply = await action(live);
        KeepWhileCompleting();
        return reply;
    }

    private async ValueTask<LiveTransaction> EnsureLiveAsync()
    {
        if (_live is not { IsClosed: false })
        {
            TransactionsTerm term = await partitions.Of(TransactionalId).GetTermAsync().WaitAsync(TimeSpan.FromMilliseconds(options.LoadWaitMs), time);
            if (_live is not { IsClosed: false })
            {
                _live = new LiveTransaction(TransactionalId, term, new TransactionContext(ids, markers, options, time, KeepWhileCompleting));
            }
        }
        return _live;
    }

    // The grain stays in memory while partitions are being told, so that nobody tells them a second time.
    private void KeepWhileCompleting() => DelayDeactivation(_live is { IsCompleting: true } ? Timeout.InfiniteTimeSpan : TimeSpan.Zero);
}
