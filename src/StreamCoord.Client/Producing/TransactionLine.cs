using StreamCoord.Client.Calls;
using StreamCoord.Groups;
using StreamCoord.Transactions;

namespace StreamCoord.Client.Producing;

/// <summary>
/// The transactions of one transactional id, as its producer sees them: who it is, whether a transaction is open, whether it can still be committed. Senders get their identity here and tell of failures. Safe for concurrent
/// use; beginning and ending are one at a time.
/// </summary>
/// <remarks>
/// A transaction begins at its coordinator with its first batch or offset (KIP-890), and every end gives the next identity, so that a late batch of an ended transaction is refused. One of which nothing was sent ends
/// here alone.
/// </remarks>
internal sealed class TransactionLine(GrainCalls calls, string transactionalId, int timeoutMs) : IProducerIdentities
{
    private readonly Lock _gate = new();
    private ProducerIdentity? _identity;
    private TransactionStage _stage = TransactionStage.New;
    private BatchFailure? _failure;
    private bool _isCommit;
    private bool _hasBegun;

    /// <summary>The transactional id.</summary>
    public string TransactionalId => transactionalId;

    /// <summary>Where it stands.</summary>
    public TransactionStage Stage
    {
        get
        {
            lock (_gate)
            {
                return _stage;
            }
        }
    }

    /// <summary>Throws unless records may be sent.</summary>
    public void RequireOpen() => Require(TransactionStage.Open);

    /// <inheritdoc/>
    public ValueTask<ProducerIdentity> GetAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_stage is not (TransactionStage.Open or TransactionStage.Ending) || _failure is not null)
            {
                return ValueTask.FromException<ProducerIdentity>(Refusal());
            }
            _hasBegun = true;
            return new(_identity!);
        }
    }

    /// <inheritdoc/>
    public void Failed(ProducerIdentity? identity, BatchFailure failure)
    {
        lock (_gate)
        {
            if (identity is null || !ReferenceEquals(identity, _identity))
            {
                return;
            }
            _failure ??= failure;
            if (failure.FencedId is not null)
            {
                _stage = TransactionStage.Fenced;
            }
        }
    }

    /// <summary>Takes the transactional id over: the producer before is fenced, and its open transaction aborted.</summary>
    public async Task InitAsync(CancellationToken cancellationToken)
    {
        Require(TransactionStage.New);
        ProducerReply reply = await calls.AskAsync(
            grains => grains.GetGrain<ITransactionGrain>(transactionalId).InitProducer(new InitProducerRequest(timeoutMs, -1, -1)), reply => reply.Error, cancellationToken).ConfigureAwait(false);
        GrainCalls.Require(reply.Error, reply.Message);
        lock (_gate)
        {
            (_identity, _stage) = (new ProducerIdentity(reply.ProducerId, reply.ProducerEpoch, transactionalId), TransactionStage.Idle);
        }
    }

    /// <summary>Opens a transaction.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            RequireLocked(TransactionStage.Idle);
            (_stage, _failure, _hasBegun) = (TransactionStage.Open, null, false);
        }
    }

    /// <summary>Puts a group's offsets into the transaction: they count when it is committed.</summary>
    public async Task SendOffsetsAsync(ConsumerGroupMetadata group, IReadOnlyList<OffsetToCommit> offsets, CancellationToken cancellationToken)
    {
        ProducerIdentity identity;
        lock (_gate)
        {
            RequireLocked(TransactionStage.Open);
            (_hasBegun, identity) = (true, _identity!);
        }
        var request = new CommitTransactionOffsetsRequest(
            transactionalId, identity.ProducerId, identity.Epoch, Enters: true, new CommitOffsetsRequest(group.GenerationId, group.MemberId, group.InstanceId, -1, offsets));
        try
        {
            OffsetsReply reply = await calls.AskAsync(grains => grains.GetGrain<IConsumerGroupGrain>(group.GroupId).CommitTransactionOffsets(request), ErrorOf, cancellationToken).ConfigureAwait(false);
            Check(ErrorOf(reply), reply.Message, identity);
        }
        catch (StreamCoordException failure) when (failure is not ProducerFencedException)
        {
            Failed(identity, new BatchFailure(failure.Code, failure.Message, MayBeWritten: true, failure));
            throw new TransactionFailedException(failure.Code, failure.Message, failure);
        }
    }

    /// <summary>Decides that the transaction counts; what was sent in it must be settled. Can be called again when its answer was lost.</summary>
    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        ProducerIdentity? identity = BeginEnd(isCommit: true);
        if (identity is not null)
        {
            await EndAsync(identity, isCommit: true, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>No more is sent of the transaction. False when there is nothing to abort.</summary>
    public bool TryAbandon()
    {
        lock (_gate)
        {
            if (_stage is not (TransactionStage.Open or TransactionStage.Ending) || (_stage == TransactionStage.Ending && _isCommit && _failure is null))
            {
                return false;
            }
            _failure ??= new BatchFailure(ErrorCode.OperationNotAttempted, "The transaction was aborted.", MayBeWritten: false);
            _identity!.Abandon();
            return true;
        }
    }

    /// <summary>Decides that the transaction does not count; nothing of it may be on its way any more.</summary>
    public async Task AbortAsync(CancellationToken cancellationToken)
    {
        ProducerIdentity? identity = BeginEnd(isCommit: false);
        if (identity is not null)
        {
            await EndAsync(identity, isCommit: false, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The exception for whoever asks for what cannot be done now.</summary>
    public StreamCoordException Refusal()
    {
        lock (_gate)
        {
            return RefusalLocked();
        }
    }

    // Null when nothing of it was sent, so that there is nothing to decide.
    private ProducerIdentity? BeginEnd(bool isCommit)
    {
        lock (_gate)
        {
            if (_stage != TransactionStage.Ending)
            {
                RequireLocked(TransactionStage.Open, isEnd: true);
            }
            if (isCommit && _failure is { } failure)
            {
                throw new TransactionFailedException(failure.Code, failure.Message, failure.Cause);
            }
            if (!isCommit && _stage == TransactionStage.Ending && _isCommit)
            {
                throw new InvalidOperationException($"The commit of transaction '{transactionalId}' is on its way, and may be decided already. Commit again to hear what came of it.");
            }
            if (!_hasBegun && _failure is null)
            {
                _stage = TransactionStage.Idle;
                return null;
            }
            (_stage, _isCommit) = (TransactionStage.Ending, isCommit);
            return _identity!;
        }
    }

    private async Task EndAsync(ProducerIdentity identity, bool isCommit, CancellationToken cancellationToken)
    {
        var request = new EndTransactionRequest(identity.ProducerId, identity.Epoch, isCommit, RaisesEpoch: true);
        ProducerReply reply = await calls.AskAsync(grains => grains.GetGrain<ITransactionGrain>(transactionalId).End(request), reply => reply.Error, cancellationToken).ConfigureAwait(false);
        Check(reply.Error, reply.Message, identity);
        lock (_gate)
        {
            (_identity, _stage, _failure) = (new ProducerIdentity(reply.ProducerId, reply.ProducerEpoch, transactionalId), TransactionStage.Idle, null);
        }
    }

    private void Check(ErrorCode error, string? message, ProducerIdentity identity)
    {
        if (error is ErrorCode.ProducerFenced or ErrorCode.InvalidProducerEpoch or ErrorCode.InvalidProducerIdMapping)
        {
            Failed(identity, new BatchFailure(error, message ?? "", MayBeWritten: false) { FencedId = transactionalId });
            throw new ProducerFencedException(error, transactionalId, message);
        }
        GrainCalls.Require(error, message);
    }

    private static ErrorCode ErrorOf(OffsetsReply reply) =>
        reply.Error != ErrorCode.None ? reply.Error : reply.Partitions.FirstOrDefault(partition => partition.Error != ErrorCode.None)?.Error ?? ErrorCode.None;

    private void Require(TransactionStage stage)
    {
        lock (_gate)
        {
            RequireLocked(stage);
        }
    }

    private void RequireLocked(TransactionStage stage, bool isEnd = false)
    {
        if (_stage != stage || (_failure is not null && stage == TransactionStage.Open && !isEnd))
        {
            throw RefusalLocked();
        }
    }

    private StreamCoordException RefusalLocked() => _stage switch
    {
        TransactionStage.Fenced => new ProducerFencedException(_failure!.Code, transactionalId, _failure.Message),
        TransactionStage.Open when _failure is { } failure => new TransactionFailedException(failure.Code, failure.Message, failure.Cause),
        TransactionStage.New => new StreamCoordException(ErrorCode.InvalidTxnState, $"The producer of transaction '{transactionalId}' has not begun. Call {nameof(Producer.InitTransactionsAsync)} or {nameof(Producer.BeginTransactionAsync)} first."),
        TransactionStage.Idle => new StreamCoordException(ErrorCode.InvalidTxnState, $"The producer of '{transactionalId}' has no open transaction. Call {nameof(Producer.BeginTransactionAsync)} before it sends."),
        TransactionStage.Open => new StreamCoordException(ErrorCode.InvalidTxnState, $"The producer of '{transactionalId}' has a transaction open. Commit or abort it first."),
        _ => new StreamCoordException(ErrorCode.InvalidTxnState, $"The transaction of '{transactionalId}' is being ended. Wait for that, or end it again when it has failed."),
    };
}
