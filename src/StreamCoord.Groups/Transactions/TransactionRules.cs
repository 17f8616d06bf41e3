using StreamCoord.Transactions;

namespace StreamCoord.Groups.Transactions;

/// <summary>
/// The state machine of a transactional id (KIP-98, KIP-360, KIP-890): what a request does to what is durable. Pure: the same image and request give the same step. A step is written before it is answered, and
/// the next request is judged by what was written.
/// </summary>
/// <remarks>
/// The epoch of a producer never falls; a producer whose epoch is not the newest changes nothing. A decision, once made, is never turned round.
/// </remarks>
public static class TransactionRules
{
    /// <summary>Whether <see cref="Init"/> takes a fresh producer id: there is no producer yet, or its epochs are used up.</summary>
    public static bool InitNeedsProducerId(TransactionImage? current) => current is null || current.IsEpochExhausted;

    /// <summary>Whether <see cref="End"/> takes a fresh producer id.</summary>
    public static bool EndNeedsProducerId(TransactionImage? current, EndTransactionRequest request) => request.RaisesEpoch && current is { IsEpochExhausted: true };

    /// <summary>A producer begins, or goes on with the next epoch.</summary>
    /// <param name="current">What is durable; null for an id that nobody has used.</param>
    /// <param name="request">What it wants.</param>
    /// <param name="timeoutMsMax">The longest timeout. Milliseconds.</param>
    /// <param name="freshProducerId">An id nobody has had, where <see cref="InitNeedsProducerId"/> asks for one.</param>
    /// <param name="nowMs">Milliseconds since 1970.</param>
    public static TransactionStep Init(TransactionImage? current, InitProducerRequest request, int timeoutMsMax, long freshProducerId, long nowMs)
    {
        if (request.TimeoutMs <= 0 || request.TimeoutMs > timeoutMsMax)
        {
            return TransactionStep.Refuse(ErrorCode.InvalidTransactionTimeout, $"A transaction timeout of {request.TimeoutMs} ms; it may be 1 to {timeoutMsMax}.");
        }
        if (current is null)
        {
            return TransactionStep.Write(Fresh(freshProducerId, request.TimeoutMs, nowMs));
        }
        bool isKnown = request.ProducerId != TransactionImage.NoProducer;
        if (isKnown && !MayGoOn(current, request))
        {
            return Fenced(current, request.ProducerId, request.ProducerEpoch);
        }
        if (current.IsDecided)
        {
            return Busy();
        }
        if (current.State == TransactionState.Ongoing)
        {
            // The raised epoch fences the producer before; the one that asks gets it, or the one after it, when it asks again.
            return Fence(current, isKnown ? current.ProducerEpoch : TransactionImage.NoEpoch, nowMs) with { Error = ErrorCode.ConcurrentTransactions, Message = "The transaction of the producer before is being aborted. Ask again." };
        }
        if (isKnown && request.ProducerEpoch != current.ProducerEpoch && request.ProducerId == current.ProducerId)
        {
            // The same request again: its answer was lost.
            return TransactionStep.Done(current);
        }
        // Only the producer itself may send this request again; who takes over from it leaves it no way back.
        return TransactionStep.Write(current.IsEpochExhausted
            ? Fresh(freshProducerId, request.TimeoutMs, nowMs) with { PreviousProducerId = isKnown ? current.ProducerId : TransactionImage.NoProducer }
            : Idle(current, TransactionState.Empty, nowMs) with
            {
                ProducerEpoch = (short)(current.ProducerEpoch + 1),
                LastProducerEpoch = isKnown ? current.ProducerEpoch : TransactionImage.NoEpoch,
                TimeoutMs = request.TimeoutMs,
            });
    }

    /// <summary>Partitions enter the transaction, or are looked for in it.</summary>
    public static TransactionStep Enter(TransactionImage? current, EnterTransactionRequest request, long nowMs)
    {
        if (Check(current, request.ProducerId, request.ProducerEpoch) is { } refusal)
        {
            return refusal;
        }
        if (current!.IsDecided)
        {
            return Busy();
        }
        bool isOngoing = current.State == TransactionState.Ongoing;
        if (isOngoing && request.Partitions.All(current.Partitions.Contains))
        {
            return TransactionStep.Done(current);
        }
        if (request.Mode == EnterMode.Verify)
        {
            return TransactionStep.Refuse(ErrorCode.TransactionAbortable, "The partition is not in the producer's transaction. Abort it and begin anew.");
        }
        return TransactionStep.Write(current with
        {
            State = TransactionState.Ongoing,
            Partitions = new HashSet<TopicPartition>([.. current.Partitions, .. request.Partitions]),
            StartedMs = isOngoing ? current.StartedMs : nowMs,
            UpdatedMs = nowMs,
            RaisesEpoch = request.Mode == EnterMode.AddByLeader,
        });
    }

    /// <summary>The producer commits or aborts.</summary>
    /// <param name="current">What is durable.</param>
    /// <param name="request">What it wants.</param>
    /// <param name="freshProducerId">An id nobody has had, where <see cref="EndNeedsProducerId"/> asks for one.</param>
    /// <param name="nowMs">Milliseconds since 1970.</param>
    public static TransactionStep End(TransactionImage? current, EndTransactionRequest request, long freshProducerId, long nowMs)
    {
        if (current is not null && request.RaisesEpoch && IsSentAgain(current, request))
        {
            return Repeat(current, request.IsCommit);
        }
        if (Check(current, request.ProducerId, request.ProducerEpoch) is { } refusal)
        {
            return refusal;
        }
        if (current!.State == TransactionState.Ongoing)
        {
            return request.RaisesEpoch ? DecideAndRaise(current, request.IsCommit, freshProducerId, nowMs) : TransactionStep.Write(Decide(current, request.IsCommit, nowMs));
        }
        if (!request.RaisesEpoch)
        {
            return Repeat(current, request.IsCommit);
        }
        // In the flow of KIP-890 a producer may abort what it has not begun, to be sure of its epoch.
        return request.IsCommit || current.IsDecided
            ? Repeat(current, request.IsCommit, isSameEpoch: true)
            : DecideAndRaise(current, isCommit: false, freshProducerId, nowMs);
    }

    /// <summary>All partitions know.</summary>
    public static TransactionImage Complete(TransactionImage decided, long nowMs)
    {
        Invariant.Holds(decided.IsDecided);
        TransactionImage complete = Idle(decided, decided.State == TransactionState.PrepareCommit ? TransactionState.CompleteCommit : TransactionState.CompleteAbort, nowMs);
        return decided.NextProducerId == TransactionImage.NoProducer
            ? complete
            : complete with { ProducerId = decided.NextProducerId, PreviousProducerId = decided.ProducerId, NextProducerId = TransactionImage.NoProducer, ProducerEpoch = 0 };
    }

    /// <summary>What is due without anybody asking: the abort of a transaction whose time is over. Null when nothing is.</summary>
    public static TransactionStep? Expire(TransactionImage current, long nowMs) =>
        current.State == TransactionState.Ongoing && nowMs - current.StartedMs >= current.TimeoutMs ? Fence(current, TransactionImage.NoEpoch, nowMs) : null;

    /// <summary>Whether nobody has used an id for so long that it is to be forgotten.</summary>
    public static bool IsForgotten(TransactionImage current, long idExpirationMs, long nowMs) =>
        current.State is TransactionState.Empty or TransactionState.CompleteCommit or TransactionState.CompleteAbort && nowMs - current.UpdatedMs >= idExpirationMs;

    private static TransactionImage Fresh(long producerId, int timeoutMs, long nowMs) =>
        new(producerId, 0, timeoutMs, TransactionState.Empty, new HashSet<TopicPartition>(), -1, nowMs);

    private static TransactionImage Idle(TransactionImage current, TransactionState state, long nowMs) =>
        current with { State = state, Partitions = new HashSet<TopicPartition>(), StartedMs = -1, UpdatedMs = nowMs };

    private static TransactionImage Decide(TransactionImage current, bool isCommit, long nowMs) =>
        current with { State = isCommit ? TransactionState.PrepareCommit : TransactionState.PrepareAbort, UpdatedMs = nowMs };

    // The old producer is out from here on: its epoch is not the newest any more.
    private static TransactionStep Fence(TransactionImage current, short lastEpoch, long nowMs) => TransactionStep.Write(
        Decide(current, isCommit: false, nowMs) with { ProducerEpoch = (short)(current.ProducerEpoch + 1), LastProducerEpoch = lastEpoch });

    private static TransactionStep DecideAndRaise(TransactionImage current, bool isCommit, long freshProducerId, long nowMs)
    {
        TransactionImage decided = Decide(current, isCommit, nowMs) with
        {
            ProducerEpoch = (short)(current.ProducerEpoch + 1),
            LastProducerEpoch = current.ProducerEpoch,
            RaisesEpoch = true,
            NextProducerId = current.IsEpochExhausted ? freshProducerId : TransactionImage.NoProducer,
        };
        return Answer(decided) with { Next = decided };
    }

    // The identity for the next transaction.
    private static TransactionStep Answer(TransactionImage image) => image.NextProducerId == TransactionImage.NoProducer
        ? TransactionStep.Done(image)
        : TransactionStep.Done(image) with { ProducerId = image.NextProducerId, ProducerEpoch = 0 };

    // A request whose answer was lost has the epoch from before the one that it was given.
    private static bool IsSentAgain(TransactionImage current, EndTransactionRequest request) =>
        current.State is not (TransactionState.Ongoing or TransactionState.Empty) &&
        ((request.ProducerId == current.ProducerId && request.ProducerEpoch + 1 == current.ProducerEpoch) ||
         (request.ProducerId == current.PreviousProducerId && request.ProducerEpoch == short.MaxValue - 1 && current.ProducerEpoch == 0));

    private static TransactionStep Repeat(TransactionImage current, bool isCommit, bool isSameEpoch = false)
    {
        bool isSameDecision = isCommit
            ? current.State is TransactionState.PrepareCommit or TransactionState.CompleteCommit
            : current.State is TransactionState.PrepareAbort or TransactionState.CompleteAbort;
        if (isSameDecision && current.IsDecided)
        {
            return Busy();
        }
        return isSameDecision && !isSameEpoch
            ? Answer(current)
            : TransactionStep.Refuse(ErrorCode.InvalidTxnState, $"The transaction cannot be {(isCommit ? "committed" : "aborted")}: it is in the state {current.State}.");
    }

    private static bool MayGoOn(TransactionImage current, InitProducerRequest request) =>
        (request.ProducerId == current.ProducerId && (request.ProducerEpoch == current.ProducerEpoch || request.ProducerEpoch == current.LastProducerEpoch)) ||
        (request.ProducerId == current.PreviousProducerId && request.ProducerEpoch >= short.MaxValue - 1);

    private static TransactionStep? Check(TransactionImage? current, long producerId, short producerEpoch)
    {
        if (current is null || current.ProducerId != producerId)
        {
            return TransactionStep.Refuse(ErrorCode.InvalidProducerIdMapping, $"Producer {producerId} is not the one of this transactional id.");
        }
        return current.ProducerEpoch == producerEpoch ? null : Fenced(current, producerId, producerEpoch);
    }

    private static TransactionStep Fenced(TransactionImage current, long producerId, short producerEpoch) => TransactionStep.Refuse(
        ErrorCode.ProducerFenced, $"Producer {producerId} of epoch {producerEpoch} is not the newest of its transactional id: that is producer {current.ProducerId} of epoch {current.ProducerEpoch}.");

    private static TransactionStep Busy() => TransactionStep.Refuse(ErrorCode.ConcurrentTransactions, "The transaction before is still being finished. Send it again.");
}
