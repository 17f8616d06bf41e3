using StreamCoord.Client.Calls;
using StreamCoord.Partitions;
using StreamCoord.Records;
using StreamCoord.Topics;

namespace StreamCoord.Client.Producing;

/// <summary>
/// Sends the batches of one partition, one at a time, each until it is settled: numbered, and sent again as long as that can do no harm. Not safe for concurrent use.
/// </summary>
/// <remarks>
/// The number of a batch is used up when the log has it. A refusal that says that nothing was written leaves the number to the next batch; when it is not known, nothing is sent under this identity any more.
/// </remarks>
internal sealed class BatchSender(TopicPartition partition, SenderContext context)
{
    private const int FirstBackoffMs = 20;
    private const int BackoffMsMax = 1_000;

    private readonly IPartitionGrain _leader = context.Calls.Grains.GetGrain<IPartitionGrain>(partition.ToString());
    private readonly byte[] _header = new byte[BatchLayout.HeaderSizeBytes];
    private ProducerIdentity? _identity;
    private int _nextSequence;

    /// <summary>Sends a batch. Never throws.</summary>
    public async Task<BatchOutcome> SendAsync(ProducerBatch batch)
    {
        ProducerIdentity? identity = null;
        BatchOutcome outcome;
        try
        {
            identity = await IdentifyAsync().ConfigureAwait(false);
            int recordCount = batch.RecordCount;
            outcome = await SendAsync(batch, identity).ConfigureAwait(false);
            if (outcome.Failure is null)
            {
                _nextSequence = (int)(((long)_nextSequence + recordCount) & int.MaxValue);
                return outcome;
            }
        }
        catch (StreamCoordException refusal)
        {
            outcome = BatchOutcome.Failed(new BatchFailure(refusal.Code, refusal.Message, MayBeWritten: false, refusal) { FencedId = FencedIdOf(refusal) });
        }
        catch (OperationCanceledException)
        {
            outcome = BatchOutcome.Failed(new BatchFailure(ErrorCode.OperationNotAttempted, "The producer was closed before the record was sent.", MayBeWritten: false));
        }
#pragma warning disable CA1031 // Whatever it is, those who wait for their records must hear of it.
        catch (Exception bug)
#pragma warning restore CA1031
        {
            outcome = BatchOutcome.Failed(new BatchFailure(ErrorCode.UnknownServerError, bug.Message, MayBeWritten: true, bug));
        }
        batch.Reset();
        context.Identities.Failed(identity, outcome.Failure!);
        return outcome;
    }

    private string? FencedIdOf(StreamCoordException refusal) => refusal is ProducerFencedException ? context.Options.TransactionalId : null;

    private async ValueTask<ProducerIdentity> IdentifyAsync()
    {
        ProducerIdentity identity = await context.Identities.GetAsync(context.Closing).ConfigureAwait(false);
        if (!ReferenceEquals(identity, _identity))
        {
            (_identity, _nextSequence) = (identity, 0);
        }
        return identity;
    }

    private async Task<BatchOutcome> SendAsync(ProducerBatch batch, ProducerIdentity identity)
    {
        RecordData data = batch.Build(identity, _nextSequence);
        data.Bytes.Span[..BatchLayout.HeaderSizeBytes].CopyTo(_header);
        Backoff? backoff = null;
        using var given = CancellationTokenSource.CreateLinkedTokenSource(context.Closing, identity.Abandoned);
        bool mayBeWritten = false;
        while (true)
        {
            (BatchOutcome outcome, bool isUncertain, bool mayPass) = await TryAppendAsync(data, identity, given.Token).ConfigureAwait(false);
            mayBeWritten |= isUncertain;
            if (outcome.Failure is not { } failure)
            {
                data.Dispose();
                return outcome;
            }
            if (!mayPass || identity.ProducerId < 0 || IsLate(batch) || !await TryWaitAsync(backoff ??= new Backoff(FirstBackoffMs, BackoffMsMax), given.Token).ConfigureAwait(false))
            {
                return BatchOutcome.Failed(failure with { MayBeWritten = mayBeWritten });
            }
            data = Again(data, isUncertain);
        }
    }

    private bool IsLate(ProducerBatch batch) => context.Time.GetElapsedTime(batch.Started).TotalMilliseconds >= context.Options.DeliveryTimeoutMs;

    private async ValueTask<bool> TryWaitAsync(Backoff backoff, CancellationToken given)
    {
        try
        {
            await backoff.WaitAsync(context.Time, given).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>One attempt: what came of it, whether the batch may be in the log although it failed, and whether another attempt may help.</summary>
    private async ValueTask<(BatchOutcome Outcome, bool IsUncertain, bool MayPass)> TryAppendAsync(RecordData data, ProducerIdentity identity, CancellationToken given)
    {
        try
        {
            Task<AppendReply> append = _leader.Append(new AppendRequest(data, context.Options.Acks) { TransactionalId = identity.TransactionalId });
            // What cannot be sent again is waited for as long as it takes.
            AppendReply reply = await (identity.ProducerId < 0 ? append.WaitAsync(given) : context.Calls.AttemptAsync(append, 0, given)).ConfigureAwait(false);
            return reply.Error == ErrorCode.None
                ? (new BatchOutcome(reply.BaseOffset, reply.LogAppendTimeMs, null), false, false)
                : await JudgeAsync(reply, identity).ConfigureAwait(false);
        }
        catch (Exception failure) when (GrainFailures.IsTransient(failure))
        {
            string message = $"{partition} did not answer: {failure.Message} See that the silo that leads it runs.";
            return (BatchOutcome.Failed(new BatchFailure(ErrorCode.RequestTimedOut, message, MayBeWritten: true, failure)), true, true);
        }
        catch (OperationCanceledException)
        {
            return (BatchOutcome.Failed(new BatchFailure(ErrorCode.RequestTimedOut, "Nobody waits for the record any more.", MayBeWritten: true)), true, false);
        }
    }

    private async ValueTask<(BatchOutcome Outcome, bool IsUncertain, bool MayPass)> JudgeAsync(AppendReply reply, ProducerIdentity identity)
    {
        bool isFenced = identity.TransactionalId is not null && reply.Error is ErrorCode.InvalidProducerEpoch or ErrorCode.ProducerFenced;
        var failure = new BatchFailure(reply.Error, reply.Message ?? $"{partition} has refused the batch.", MayBeWritten: false) { FencedId = isFenced ? identity.TransactionalId : null };
        bool mayPass = reply.Error.IsRetriable();
        if (reply.Error == ErrorCode.UnknownTopicOrPartition)
        {
            // Just created, and not heard of everywhere; or deleted.
            TopicReply topic = await context.Calls.AskAsync(grains => grains.GetGrain<ITopicGrain>(partition.Topic).Describe(), found => found.Error, context.Closing).ConfigureAwait(false);
            mayPass = topic.Topic is { } known && partition.Partition < known.Partitions.Count;
        }
        return (BatchOutcome.Failed(failure), IsUncertain: reply.Error.IsRetriable() && !IsNothingWritten(reply.Error), mayPass);
    }

    // Other retriable refusals may come from a silo that passed the batch on and had no answer, or from a leader that has written it.
    private static bool IsNothingWritten(ErrorCode error) => error is ErrorCode.NotEnoughReplicas or ErrorCode.ConcurrentTransactions or
        ErrorCode.CoordinatorLoadInProgress or ErrorCode.CoordinatorNotAvailable or ErrorCode.NotCoordinator;

    // The leader writes into a batch's header, and what comes of a call without an answer may still do so: then the batch is left to it, and a copy is sent.
    private RecordData Again(RecordData data, bool isUncertain)
    {
        RecordData again = isUncertain ? new RecordData(data.Bytes.ToArray()) : data;
        _header.CopyTo(again.Bytes.Span);
        return again;
    }
}
