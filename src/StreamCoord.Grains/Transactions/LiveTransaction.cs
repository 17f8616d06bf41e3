using StreamCoord.Groups.Transactions;
using StreamCoord.Transactions;

namespace StreamCoord.Grains.Transactions;

/// <summary>
/// One transactional id in one term of its coordinator: judges one request at a time, writes what comes of it, and has decided transactions carried to their end. It dies with the term.
/// </summary>
/// <remarks>
/// Owns nothing durable: what is written belongs to the term. Called by the id's grain only, one turn at a time; its methods interleave at their awaits. What is answered without an error is durable. A
/// decision is written before any partition hears of it, and everything after it is judged by it.
/// </remarks>
internal sealed class LiveTransaction(string transactionalId, TransactionsTerm term, TransactionContext context)
{
    private Task _lastStep = Task.CompletedTask;
    private Task? _completing;

    /// <summary>True when it serves no more.</summary>
    public bool IsClosed => term.HasEnded;

    /// <summary>True while partitions are being told.</summary>
    public bool IsCompleting => _completing is not null;

    private TransactionImage? Image => term.Find(transactionalId);

    private long NowMs => context.Time.GetUtcNow().ToUnixTimeMilliseconds();

    public async Task<ProducerReply> InitAsync(InitProducerRequest request)
    {
        await SettleAsync();
        ProducerReply reply = await InitOnceAsync(request);
        if (reply.Error != ErrorCode.ConcurrentTransactions)
        {
            return reply;
        }
        // The transaction of the producer before is being aborted now, which the caller would only wait for.
        await SettleAsync();
        return await InitOnceAsync(request);
    }

    private Task<ProducerReply> InitOnceAsync(InitProducerRequest request) => StepAsync(async image =>
    {
        long? freshId = TransactionRules.InitNeedsProducerId(image) ? await context.Ids.NextAsync() : TransactionImage.NoProducer;
        return freshId is { } id ? TransactionRules.Init(image, request, context.Options.TimeoutMsMax, id, NowMs) : NoIds();
    });

    public async Task<TransactionReply> EnterAsync(EnterTransactionRequest request)
    {
        await SettleAsync();
        ProducerReply reply = await StepAsync(image => ValueTask.FromResult(TransactionRules.Enter(image, request, NowMs)));
        return reply.Error == ErrorCode.None ? TransactionReply.Done : new TransactionReply(reply.Error, reply.Message);
    }

    public Task<ProducerReply> EndAsync(EndTransactionRequest request) => StepAsync(async image =>
    {
        long? freshId = TransactionRules.EndNeedsProducerId(image, request) ? await context.Ids.NextAsync() : TransactionImage.NoProducer;
        return freshId is { } id ? TransactionRules.End(image, request, id, NowMs) : NoIds();
    });

    public TransactionDescription Describe() => Describe(transactionalId, Image);

    public static TransactionDescription Describe(string transactionalId, TransactionImage? image) => image is null
        ? TransactionDescription.Refused(ErrorCode.TransactionalIdNotFound, $"There is no transactional id '{transactionalId}'.", transactionalId)
        : new TransactionDescription(
            ErrorCode.None, null, transactionalId, image.State, image.TimeoutMs, image.StartedMs, image.ProducerId, image.ProducerEpoch, [.. image.Partitions]);

    /// <summary>Does what is due without anybody asking.</summary>
    public Task MaintainAsync()
    {
        CompleteIfDecided();
        return OneAtATimeAsync(async () =>
        {
            if (Image is not { } image)
            {
                return true;
            }
            if (TransactionRules.Expire(image, NowMs) is { Next: { } aborted })
            {
                await WriteAsync(aborted);
            }
            else if (TransactionRules.IsForgotten(image, context.Options.IdExpirationMs, NowMs))
            {
                await term.WriteAsync(transactionalId, null);
            }
            return true;
        });
    }

    private static TransactionStep NoIds() => new(ErrorCode.CoordinatorNotAvailable, "There is no producer id to be had now.", null);

    private Task<ProducerReply> StepAsync(Func<TransactionImage?, ValueTask<TransactionStep>> judge) => OneAtATimeAsync(async () =>
    {
        TransactionStep step = await judge(Image);
        if (step.Next is { } next && await WriteAsync(next) != ErrorCode.None)
        {
            return ProducerReply.Refused(ErrorCode.NotCoordinator, "The outcome is not known: the coordinator could not write it down. Find the coordinator anew.");
        }
        return step.Error == ErrorCode.None
            ? new ProducerReply(ErrorCode.None, null, step.ProducerId, step.ProducerEpoch)
            : ProducerReply.Refused(step.Error, step.Message);
    });

    private async Task<ErrorCode> WriteAsync(TransactionImage next)
    {
        ErrorCode error = await term.WriteAsync(transactionalId, next);
        CompleteIfDecided();
        return error;
    }

    // Each request sees what the one before has written.
    private Task<T> OneAtATimeAsync<T>(Func<Task<T>> action)
    {
        Task<T> step = AfterAsync(_lastStep, action);
        _lastStep = step;
        return step;
    }

    private static async Task<T> AfterAsync<T>(Task before, Func<Task<T>> action)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        return await action();
    }

    // Waits for the end of the transaction before, which takes milliseconds where all partitions can be written.
    private async Task SettleAsync()
    {
        CompleteIfDecided();
        if (_completing is { } completing)
        {
            await Task.WhenAny(completing, Task.Delay(TimeSpan.FromMilliseconds(context.Options.SettleWaitMs), context.Time));
        }
    }

    private void CompleteIfDecided()
    {
        if (_completing is null && !term.HasEnded && Image is { IsDecided: true } decided)
        {
            _completing = CompleteAsync(decided);
        }
    }

    private async Task CompleteAsync(TransactionImage decided)
    {
        try
        {
            if (await context.Markers.WriteAsync(transactionalId, decided, term))
            {
                await term.WriteAsync(transactionalId, TransactionRules.Complete(decided, NowMs));
            }
        }
        finally
        {
            _completing = null;
            context.Settled();
        }
    }
}

/// <summary>What a live transaction needs from around it.</summary>
/// <param name="Ids">Where fresh producer ids come from.</param>
/// <param name="Markers">What tells partitions.</param>
/// <param name="Options">Limits and times.</param>
/// <param name="Time">The clock.</param>
/// <param name="Settled">Called when all partitions have been told.</param>
internal sealed record TransactionContext(IProducerIds Ids, TransactionMarkers Markers, TransactionOptions Options, TimeProvider Time, Action Settled);
