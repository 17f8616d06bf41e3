using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using StreamCoord.Client.Calls;
using StreamCoord.Client.Consuming;
using StreamCoord.Groups;
using StreamCoord.Partitions;

namespace StreamCoord.Client;

/// <summary>
/// Reads partitions: those that it is given, or its share of those of a group. Made by <see cref="StreamCoordClient.CreateConsumer"/>; reading begins when it is made, and goes on ahead of the caller within
/// <see cref="ConsumerOptions.PrefetchBytes"/>.
/// </summary>
/// <remarks>
/// Owns what it has read ahead. Safe for concurrent use, but for reading itself: one caller reads, record by record or batch by batch. Records of a partition come in their order. Each record of a group is given out at least
/// once to one of its members, and again only where a member ends, or takes too long, before what it has processed is committed.
/// </remarks>
public sealed class Consumer : IAsyncDisposable
{
    private readonly ConsumerOptions _options;
    private readonly GrainCalls _calls;
    private readonly FetchLoop _fetches;
    private readonly ConsumerCursors _cursors;
    private readonly GroupOffsets? _offsets;
    private readonly GroupMembership? _membership;
    private readonly CancellationTokenSource _closing = new();
    private readonly ILogger _logger;
    private readonly Task _running;
    private int _readers;
    private int _isClosed;

    internal Consumer(ConsumerOptions options, GrainCalls calls, ILogger logger)
    {
        (_options, _calls, _logger) = (options, calls, logger);
        _fetches = new FetchLoop(options, calls);
        _cursors = new ConsumerCursors(_fetches, options.PrefetchBytes);
        _offsets = options.GroupId is { } groupId ? new GroupOffsets(groupId, calls, options.Isolation) : null;
        _membership = options.IsMember ? new GroupMembership(options, calls, _cursors, _offsets!, new TopicIds(calls), logger) : null;
        _running = Task.WhenAll(Background.Run(BeginAsync), Background.Run(CommitFromTimeToTimeAsync));
    }

    /// <summary>The partitions that it has now, and how far it is in each.</summary>
    public IReadOnlyList<PartitionPosition> Partitions =>
        [.. _cursors.All.Select(cursor => new PartitionPosition(cursor.Partition, cursor.Next, cursor.HighWatermark, cursor.IsPaused))];

    /// <summary>For each partition the offset behind the last record that was given out: for <see cref="ProducerTransaction.SendOffsetsAsync"/>, and for whoever keeps offsets elsewhere.</summary>
    public IReadOnlyList<OffsetToCommit> Positions =>
        [.. _cursors.All.Where(cursor => cursor.Next != Offset.None).Select(cursor => new OffsetToCommit(cursor.Partition, cursor.Next, cursor.Epoch, null))];

    /// <summary>Who it is in its group.</summary>
    /// <exception cref="InvalidOperationException">It has none.</exception>
    public ConsumerGroupMetadata GroupMetadata => Offsets.Member;

    /// <summary>How much lies ready that was not given out, in bytes.</summary>
    public long PrefetchedBytes => _cursors.HeldBytes;

    /// <summary>
    /// The records, one after the other, for ever: at the end of the partitions it waits for the next one. A record is taken for processed when the next one is asked for. Records stay valid as long as somebody has them.
    /// </summary>
    /// <param name="cancellationToken">Ends the reading; it can be begun again and goes on behind the last record.</param>
    /// <exception cref="OffsetGoneException">There is no place to begin at, and the reset policy is none.</exception>
    /// <exception cref="DamagedRecordsException">Records are damaged on the disk.</exception>
    /// <exception cref="StreamCoordException">A partition cannot be read, or the consumer cannot be a member of its group.</exception>
    public async IAsyncEnumerable<ConsumedRecord> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var reading = new Reading(this);
        while (await _cursors.TakeAsync(cancellationToken).ConfigureAwait(false) is (PartitionCursor cursor, Prefetched taken))
        {
            var records = new FetchedRecords(cursor.Partition, taken, _options.Isolation, cursor.Next, keepsMemory: true);
            bool isFinished = false;
            try
            {
                ConsumedRecord record = default;
                while (cursor.MayGive && (isFinished = !records.MoveNext(out record)) == false)
                {
                    (cursor.Next, cursor.Epoch) = (record.Offset + 1, records.Epoch);
                    yield return record;
                    cursor.Processed = record.Offset + 1;
                    cancellationToken.ThrowIfCancellationRequested();
                }
            }
            finally
            {
                Finish(cursor, taken, records, isFinished, keepsMemory: true);
            }
        }
    }

    /// <summary>
    /// The records as they were fetched, batch by batch, for ever. All of a batch is taken for processed when the next one is asked for; it and its records are not valid any more then, and its memory is used again.
    /// </summary>
    /// <param name="cancellationToken">Ends the reading; it can be begun again.</param>
    /// <exception cref="StreamCoordException">As for <see cref="ReadAsync"/>.</exception>
    public async IAsyncEnumerable<ConsumedBatch> ReadBatchesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var reading = new Reading(this);
        while (await _cursors.TakeAsync(cancellationToken).ConfigureAwait(false) is (PartitionCursor cursor, Prefetched taken))
        {
            var records = new FetchedRecords(cursor.Partition, taken, _options.Isolation, cursor.Next, keepsMemory: false);
            bool isFinished = false;
            try
            {
                yield return new ConsumedBatch(cursor, records);
                // What the caller has passed over counts as seen, but in a partition that was paused or taken away in between.
                isFinished = cursor.MayGive;
                if (isFinished)
                {
                    records.SkipToEnd();
                }
                cursor.Processed = cursor.Next;
            }
            finally
            {
                Finish(cursor, taken, records, isFinished, keepsMemory: false);
            }
        }
    }

    /// <summary>Commits what was given out, the record or batch in hand included; durable when this returns.</summary>
    /// <param name="cancellationToken">Gives up; it may be committed all the same.</param>
    /// <exception cref="StreamCoordException">The group refuses: the consumer is no member any more, say.</exception>
    public Task CommitAsync(CancellationToken cancellationToken = default) => CommitAsync(() => Positions, cancellationToken);

    /// <summary>Commits offsets; durable when this returns.</summary>
    /// <param name="offsets">For each partition the next offset to read.</param>
    /// <param name="cancellationToken">Gives up; it may be committed all the same.</param>
    /// <exception cref="StreamCoordException">The group refuses.</exception>
    public Task CommitAsync(IReadOnlyList<OffsetToCommit> offsets, CancellationToken cancellationToken = default) => CommitAsync(() => offsets, cancellationToken);

    /// <summary>What the group has committed for partitions; <see cref="Offset.None"/> where it has nothing.</summary>
    public Task<IReadOnlyList<FetchedOffset>> FetchCommittedAsync(IReadOnlyList<TopicPartition> partitions, CancellationToken cancellationToken = default) =>
        Offsets.FetchAsync(partitions, cancellationToken);

    /// <summary>Goes on at another offset of a partition; what was read ahead of it is dropped.</summary>
    /// <exception cref="StreamCoordException">The consumer does not have the partition.</exception>
    public void Seek(TopicPartition partition, Offset to)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(to.Value, nameof(to));
        _cursors.Seek(partition, to);
    }

    /// <summary>Goes on at the first record of a partition with a timestamp at or after one; at the end when there is none.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="timestampMs">Milliseconds since 1970, or one of <see cref="OffsetTimestamps"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StreamCoordException">The consumer does not have the partition, or it cannot be asked.</exception>
    public async Task SeekToTimeAsync(TopicPartition partition, long timestampMs, CancellationToken cancellationToken = default)
    {
        _ = _cursors.Find(partition);
        Offset found = await _fetches.FindAsync(partition, timestampMs, cancellationToken).ConfigureAwait(false);
        _cursors.Seek(partition, found != Offset.None ? found : await _fetches.FindAsync(partition, OffsetTimestamps.Latest, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Gives no more records of partitions out until they are resumed. The consumer stays their owner.</summary>
    public void Pause(params IReadOnlyList<TopicPartition> partitions)
    {
        foreach (TopicPartition partition in partitions)
        {
            _cursors.Find(partition).Pause();
        }
    }

    /// <summary>Gives records of partitions out again.</summary>
    public void Resume(params IReadOnlyList<TopicPartition> partitions)
    {
        foreach (TopicPartition partition in partitions)
        {
            _cursors.Find(partition).Resume();
        }
    }

    /// <summary>Commits what was processed, where the consumer does that itself, and leaves the group, so that others get its partitions at once.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) == 1)
        {
            return;
        }
        await _closing.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_membership is not null)
        {
            await _membership.LeaveAsync().ConfigureAwait(false);
        }
        else
        {
            await TryCommitProcessedAsync().ConfigureAwait(false);
        }
        _cursors.Complete(null);
        _cursors.Dispose();
        _offsets?.Dispose();
        _closing.Dispose();
    }

    private GroupOffsets Offsets => _offsets ?? throw new InvalidOperationException(
        $"The consumer has no group. Set {nameof(ConsumerOptions)}.{nameof(ConsumerOptions.GroupId)} to commit offsets.");

    private async Task CommitAsync(Func<IReadOnlyList<OffsetToCommit>> choose, CancellationToken cancellationToken) =>
        _cursors.Committed(await Offsets.CommitAsync(choose, cancellationToken).ConfigureAwait(false));

    private void Finish(PartitionCursor cursor, Prefetched taken, FetchedRecords records, bool isFinished, bool keepsMemory)
    {
        records.Dispose();
        if (isFinished)
        {
            (cursor.Next, cursor.Epoch) = (records.Next, records.Epoch);
            cursor.Processed = records.Next;
            cursor.Finish(taken, keepsMemory);
        }
        else
        {
            cursor.PutBack(taken);
        }
        _cursors.Leave();
    }

    private async Task BeginAsync()
    {
        if (_membership is not null)
        {
            await _membership.RunAsync(_closing.Token).ConfigureAwait(false);
            return;
        }
        try
        {
            _cursors.Add(_offsets is null
                ? [.. _options.Partitions.Select(partition => (partition, Offset.None))]
                : [.. (await _offsets.FetchAsync(_options.Partitions, _closing.Token).ConfigureAwait(false)).Select(offset => (offset.Partition, offset.Offset))]);
        }
        catch (StreamCoordException failure)
        {
            _cursors.Complete(failure);
        }
    }

    private async Task CommitFromTimeToTimeAsync()
    {
        if (_offsets is null || !_options.CommitsItself)
        {
            return;
        }
        while (true)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(_options.CommitIntervalMs), _calls.Time, _closing.Token).ConfigureAwait(false);
            await TryCommitProcessedAsync().ConfigureAwait(false);
        }
    }

    // Not given up once it is on its way: it could arrive behind a newer one.
    private async Task TryCommitProcessedAsync()
    {
        if (_offsets is null || !_options.CommitsItself)
        {
            return;
        }
        try
        {
            await CommitAsync(() => ConsumerCursors.Processed(_cursors.All), CancellationToken.None).ConfigureAwait(false);
        }
        catch (StreamCoordException refusal)
        {
            // It is committed the next time, or somebody else reads those records again.
            ClientLog.CommitFailed(_logger, _options.GroupId!, refusal.Message);
        }
    }

    /// <summary>One reader at a time.</summary>
    private readonly struct Reading : IDisposable
    {
        private readonly Consumer _consumer;

        public Reading(Consumer consumer)
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref consumer._isClosed) == 1, consumer);
            if (Interlocked.Increment(ref consumer._readers) > 1)
            {
                Interlocked.Decrement(ref consumer._readers);
                throw new InvalidOperationException("Somebody reads from this consumer already. One reader at a time; make another consumer of the group to share the work.");
            }
            _consumer = consumer;
        }

        public void Dispose() => Interlocked.Decrement(ref _consumer._readers);
    }
}
