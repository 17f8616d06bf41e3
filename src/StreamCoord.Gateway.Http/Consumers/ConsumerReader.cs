using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Gateway.Http.Records;
using StreamCoord.Gateway.Http.Resources;
using StreamCoord.Gateway.Http.V2;
using StreamCoord.Groups;
using StreamCoord.Partitions;

namespace StreamCoord.Gateway.Http.Consumers;

/// <summary>Reads a consumer's partitions, from where its state says. One read at a time.</summary>
internal sealed class ConsumerReader(IGrainFactory grains, ConsumerConfig config, ConsumerState state, OffsetStore offsets, TimeProvider time)
{
    /// <summary>The most that is read of one partition at once, but for its first batch.</summary>
    private const int PartitionBytesMax = 1024 * 1024;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(100);

    private readonly PartitionReads _reads = new(grains, time);

    /// <summary>Waits for records that are still under way, one a partition at most: a later read takes them over.</summary>
    private readonly Dictionary<TopicPartition, (Offset From, Task Task)> _waits = [];

    /// <summary>Gathers records until there are some, as many as fit, or the time is over.</summary>
    /// <param name="records">Where to.</param>
    /// <param name="timeout">How long to wait when there are none.</param>
    /// <param name="changed">Gives a task that ends when the assignment, and so what can be read, may have changed.</param>
    /// <param name="problem">Why there is no assignment now, or null.</param>
    /// <param name="stop">Gives up.</param>
    public async Task ReadAsync(ConsumedRecords records, TimeSpan timeout, Func<Task> changed, Func<GatewayError?> problem, CancellationToken stop)
    {
        long start = time.GetTimestamp();
        while (true)
        {
            Task change = changed();
            bool isWell = await TryBeginAsync(stop);
            IReadOnlyList<FetchPlan> plans = state.PlanFetches();
            isWell &= await FetchAsync(records, plans, stop);
            TimeSpan left = timeout - time.GetElapsedTime(start);
            if (records.Moves.Count > 0 && records.Count > 0)
            {
                return;
            }
            if (problem() is { IsRetriable: false } refusal)
            {
                RequestException.Throw(refusal);
            }
            if (left <= TimeSpan.Zero)
            {
                return;
            }
            await WaitAsync(isWell ? state.PlanFetches() : [], isWell || left < RetryDelay ? left : RetryDelay, change, stop);
        }
    }

    /// <summary>Finds where to begin in partitions that have no position; false when that is not known yet for all.</summary>
    private async Task<bool> TryBeginAsync(CancellationToken stop)
    {
        IReadOnlyList<TopicPartition> partitions = state.Unpositioned;
        if (partitions.Count == 0)
        {
            return true;
        }
        bool isWell = true;
        foreach (FetchedOffset committed in await offsets.FetchAsync(partitions).WaitAsync(stop))
        {
            if (committed.Offset != Offset.None)
            {
                state.Begin(committed.Partition, committed.Offset, isCommitted: true);
            }
            else
            {
                isWell &= await TryResetAsync(committed.Partition, stop);
            }
        }
        return isWell;
    }

    private async Task<bool> TryResetAsync(TopicPartition partition, CancellationToken stop)
    {
        if (config.ResetTo == OffsetReset.None)
        {
            RequestException.Throw(V2Errors.IllegalState($"Undefined offset with no reset policy for partition {partition.Topic}-{partition.Partition}: nothing is committed that is still there."));
        }
        long where = config.ResetTo == OffsetReset.Earliest ? OffsetTimestamps.Earliest : OffsetTimestamps.Latest;
        OffsetReply reply = await _reads.FindOffsetAsync(partition, where, stop);
        if (reply.Error == ErrorCode.None)
        {
            state.Begin(partition, reply.Offset, isCommitted: false);
        }
        return reply.Error == ErrorCode.None;
    }

    /// <summary>Takes what is there without waiting; false when some partition could not be read.</summary>
    private async Task<bool> FetchAsync(ConsumedRecords records, IReadOnlyList<FetchPlan> plans, CancellationToken stop)
    {
        bool isWell = true;
        foreach (FetchPlan plan in plans)
        {
            if (records.IsFull)
            {
                break;
            }
            FetchReply reply = await _reads.FetchAsync(plan.Partition, new FetchRequest(plan.From, Math.Min(records.WantedBytes, PartitionBytesMax), 0), stop);
            using RecordData data = reply.Data;
            isWell &= await TakeAsync(records, plan, reply, stop);
        }
        return isWell;
    }

    private async Task<bool> TakeAsync(ConsumedRecords records, FetchPlan plan, FetchReply reply, CancellationToken stop)
    {
        switch (reply.Error)
        {
            case ErrorCode.None:
                records.Add(plan, reply, state.TryAdvance);
                return true;
            case ErrorCode.OffsetOutOfRange:
                state.Forget(plan);
                return await TryResetAsync(plan.Partition, stop);
            case ErrorCode.CorruptMessage when records.Count == 0:
                throw new RequestException(GatewayErrors.Of(reply.Error, $"{reply.Message} Seek to offset {reply.SkipTo} to go on behind it."));
            default:
                return false;
        }
    }

    private async Task WaitAsync(IReadOnlyList<FetchPlan> plans, TimeSpan left, Task change, CancellationToken stop)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task timeout = Task.Delay(left, time, over.Token);
        await Task.WhenAny([timeout, change, .. plans.Select(plan => WaitForRecordsAsync(plan, left))]);
        await over.CancelAsync();
        stop.ThrowIfCancellationRequested();
    }

    private Task WaitForRecordsAsync(FetchPlan plan, TimeSpan left)
    {
        if (_waits.TryGetValue(plan.Partition, out (Offset From, Task Task) wait) && wait.From == plan.From && !wait.Task.IsCompleted)
        {
            return wait.Task;
        }
        Task begun = PeekAsync(plan, (int)Math.Min(Math.Ceiling(left.TotalMilliseconds), FetchRequest.MaxWaitMsLimit));
        _waits[plan.Partition] = (plan.From, begun);
        return begun;
    }

    /// <summary>Ends when there is something to read; never fails.</summary>
    private async Task PeekAsync(FetchPlan plan, int waitMs)
    {
        try
        {
            FetchReply reply = await TopicLookup.Leader(grains, plan.Partition.Topic, plan.Partition.Partition).Fetch(new FetchRequest(plan.From, 1, waitMs));
            reply.Data.Dispose();
        }
        catch (Exception exception) when (FailureTranslation.Expected(exception) is not null)
        {
            // The next fetch says what is wrong.
        }
    }
}
