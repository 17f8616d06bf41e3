using StreamCoord.Client.Calls;
using StreamCoord.Partitions;

namespace StreamCoord.Client.Consuming;

/// <summary>
/// Reads one partition ahead of the caller, from where its cursor was put until that is stopped. It goes on after everything that passes; what does not it leaves with the cursor and ends. Safe for concurrent use.
/// </summary>
internal sealed class FetchLoop(ConsumerOptions options, GrainCalls calls)
{
    private const int FirstBackoffMs = 20;
    private const int BackoffMsMax = 1_000;

    /// <summary>Reads until the cursor is stopped. Never fails.</summary>
    public async Task RunAsync(PartitionCursor cursor)
    {
        try
        {
            await ReadAsync(cursor).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cursor.Stopped.IsCancellationRequested)
        {
            // Nobody wants more of it.
        }
        catch (StreamCoordException failure)
        {
            cursor.Add(new Prefetched(RecordData.Empty, [], failure));
        }
#pragma warning disable CA1031 // Whatever it is, the reader must hear of it: else it would wait for ever.
        catch (Exception bug)
#pragma warning restore CA1031
        {
            cursor.Add(new Prefetched(RecordData.Empty, [], new StreamCoordException(ErrorCode.UnknownServerError, $"Reading {cursor.Partition} failed: {bug.Message}", bug)));
        }
    }

    private async Task ReadAsync(PartitionCursor cursor)
    {
        IPartitionGrain leader = calls.Grains.GetGrain<IPartitionGrain>(cursor.Partition.ToString());
        Offset from = cursor.Start == Offset.None ? await ResetAsync(cursor, Offset.None, Offset.None).ConfigureAwait(false) : cursor.Start;
        cursor.Begin(from);
        var backoff = new Backoff(FirstBackoffMs, BackoffMsMax);
        Offset resetTo = Offset.None;
        while (true)
        {
            await cursor.TakePlaceAsync().ConfigureAwait(false);
            FetchReply? reply = await TryFetchAsync(leader, from, cursor.Stopped).ConfigureAwait(false);
            if (reply is { Error: ErrorCode.None })
            {
                backoff = new Backoff(FirstBackoffMs, BackoffMsMax);
                cursor.HighWatermark = options.Isolation == IsolationLevel.ReadCommitted ? reply.LastStableOffset : reply.HighWatermark;
                Offset end = Take(cursor, reply, from, resetTo);
                (resetTo, from) = (end == from ? resetTo : Offset.None, end);
                continue;
            }
            cursor.ReturnPlace();
            switch (reply?.Error)
            {
                case ErrorCode.OffsetOutOfRange:
                    from = resetTo = await ResetAsync(cursor, from, reply.LogStartOffset).ConfigureAwait(false);
                    break;
                case ErrorCode.CorruptMessage:
                    throw new DamagedRecordsException(cursor.Partition, from, reply.SkipTo, reply.Message);
                case null or ErrorCode.UnknownTopicOrPartition when reply is null || options.IsMember:
                    // A topic that is deleted is taken away from the group's members before long.
                    await backoff.WaitAsync(calls.Time, cursor.Stopped).ConfigureAwait(false);
                    break;
                case { } error when error.IsRetriable():
                    await backoff.WaitAsync(calls.Time, cursor.Stopped).ConfigureAwait(false);
                    break;
                default:
                    throw new StreamCoordException(reply!.Error, $"{cursor.Partition} cannot be read. {reply.Message}");
            }
        }
    }

    private async ValueTask<FetchReply?> TryFetchAsync(IPartitionGrain leader, Offset from, CancellationToken stop)
    {
        try
        {
            Task<FetchReply> fetch = leader.Fetch(new FetchRequest(from, options.FetchBytes, options.FetchWaitMs, options.Isolation));
            return await calls.AttemptAsync(fetch, options.FetchWaitMs, stop).ConfigureAwait(false);
        }
        catch (Exception failure) when (GrainFailures.IsTransient(failure))
        {
            return null;
        }
    }

    private static Offset Take(PartitionCursor cursor, FetchReply reply, Offset from, Offset resetTo)
    {
        Offset end = FetchedRecords.EndOf(reply.Data.Bytes.Span, from);
        if (end == from)
        {
            reply.Data.Dispose();
            cursor.ReturnPlace();
        }
        else
        {
            cursor.Add(new Prefetched(reply.Data, reply.Aborted) { ResetTo = resetTo });
        }
        return end;
    }

    private async Task<Offset> ResetAsync(PartitionCursor cursor, Offset wanted, Offset logStart)
    {
        if (options.OffsetReset == OffsetReset.None)
        {
            throw new OffsetGoneException(cursor.Partition, wanted, logStart);
        }
        return await FindAsync(cursor.Partition, options.OffsetReset == OffsetReset.Earliest ? OffsetTimestamps.Earliest : OffsetTimestamps.Latest, cursor.Stopped).ConfigureAwait(false);
    }

    /// <summary>The offset of a time, or of one of <see cref="OffsetTimestamps"/>. Waits as long as it takes for a leader.</summary>
    public async Task<Offset> FindAsync(TopicPartition partition, long timestampMs, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                OffsetReply reply = await calls.AskAsync(
                    grains => grains.GetGrain<IPartitionGrain>(partition.ToString()).FindOffset(timestampMs, options.Isolation), found => found.Error, stop).ConfigureAwait(false);
                GrainCalls.Require(reply.Error, reply.Message);
                return reply.Offset;
            }
            catch (StreamCoordException failure) when (failure.IsRetriable || (options.IsMember && failure.Code == ErrorCode.UnknownTopicOrPartition))
            {
                // A group hears of a topic at once, and of its end before long; a leader may hear of it a moment later.
                await Task.Delay(TimeSpan.FromMilliseconds(FirstBackoffMs), calls.Time, stop).ConfigureAwait(false);
            }
        }
    }
}
