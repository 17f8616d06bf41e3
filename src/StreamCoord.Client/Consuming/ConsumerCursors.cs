using System.Threading.Channels;
using StreamCoord.Client.Calls;
using StreamCoord.Groups;

namespace StreamCoord.Client.Consuming;

/// <summary>
/// The partitions that a consumer has, each with its cursor, and what its reader has in hand. Safe for concurrent use; one reader at a time.
/// </summary>
/// <remarks>A partition is given back when nothing of it is in the reader's hands any more: whoever gets it goes on behind what this consumer has processed.</remarks>
internal sealed class ConsumerCursors(FetchLoop loop, long prefetchBytes) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TopicPartition, PartitionCursor> _cursors = [];
    private readonly PrefetchGate _held = new(prefetchBytes);
    private readonly Channel<PartitionCursor> _ready = Channel.CreateUnbounded<PartitionCursor>();
    private PartitionCursor? _inHand;
    private TaskCompletionSource? _handedBack;

    /// <summary>How much lies ready, in bytes.</summary>
    public long HeldBytes => _held.HeldBytes;

    /// <summary>Every partition with its cursor.</summary>
    public IReadOnlyList<PartitionCursor> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _cursors.Values];
            }
        }
    }

    /// <summary>The cursor of a partition.</summary>
    /// <exception cref="StreamCoordException">The consumer does not have the partition.</exception>
    public PartitionCursor Find(TopicPartition partition)
    {
        lock (_gate)
        {
            return _cursors.TryGetValue(partition, out PartitionCursor? cursor) ? cursor
                : throw new StreamCoordException(ErrorCode.UnknownTopicOrPartition, $"The consumer does not have partition {partition} now. Look at {nameof(Consumer.Partitions)} for those that it has.");
        }
    }

    /// <summary>Begins to read partitions.</summary>
    /// <param name="starts">Each with the first offset to read, or <see cref="Offset.None"/> for the reset policy's.</param>
    public void Add(IReadOnlyList<(TopicPartition Partition, Offset Start)> starts)
    {
        foreach ((TopicPartition partition, Offset start) in starts)
        {
            Put(partition, start, isPaused: false);
        }
    }

    /// <summary>Goes to another place in a partition.</summary>
    public void Seek(TopicPartition partition, Offset to)
    {
        PartitionCursor former = Find(partition);
        Put(partition, to, former.IsPaused);
    }

    /// <summary>Reads partitions no more, and waits until nothing of them is in the reader's hands.</summary>
    /// <returns>Their cursors as they were left.</returns>
    public async Task<IReadOnlyList<PartitionCursor>> RemoveAsync(IReadOnlyCollection<TopicPartition> partitions, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        (List<PartitionCursor> removed, Task? handedBack) = Remove(partitions);
        if (handedBack is not null && patience > TimeSpan.Zero)
        {
            // However long the reader takes, the group does not wait longer.
            await handedBack.WaitAsync(patience, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        return removed;
    }

    /// <summary>Forgets partitions at once: others may have them already.</summary>
    public IReadOnlyList<PartitionCursor> Lose(IReadOnlyCollection<TopicPartition> partitions) => Remove(partitions).Removed;

    /// <summary>What has been processed and is not committed.</summary>
    public static IReadOnlyList<OffsetToCommit> Processed(IEnumerable<PartitionCursor> cursors) =>
        [.. cursors.Where(cursor => cursor.Processed != Offset.None && cursor.Processed != cursor.Committed).Select(cursor => new OffsetToCommit(cursor.Partition, cursor.Processed, cursor.Epoch, null))];

    /// <summary>Offsets are committed.</summary>
    public void Committed(IReadOnlyList<OffsetToCommit> offsets)
    {
        lock (_gate)
        {
            foreach (OffsetToCommit offset in offsets)
            {
                if (_cursors.TryGetValue(offset.Partition, out PartitionCursor? cursor))
                {
                    cursor.Committed = offset.Offset;
                }
            }
        }
    }

    /// <summary>Waits for something to read, and takes it in hand; null when the consumer has ended.</summary>
    /// <exception cref="StreamCoordException">A partition cannot be read on, or the consumer is no member of its group any more.</exception>
    public async ValueTask<(PartitionCursor Cursor, Prefetched Taken)?> TakeAsync(CancellationToken cancellationToken)
    {
        while (await _ready.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            while (_ready.Reader.TryRead(out PartitionCursor? cursor))
            {
                if (TryTake(cursor) is { } taken)
                {
                    return (cursor, taken);
                }
            }
        }
        return null;
    }

    /// <summary>Nothing is in hand any more.</summary>
    public void Leave()
    {
        TaskCompletionSource? handedBack;
        lock (_gate)
        {
            _inHand = null;
            (handedBack, _handedBack) = (_handedBack, null);
        }
        handedBack?.SetResult();
    }

    /// <summary>The consumer ends; a reader hears why.</summary>
    public void Complete(Exception? reason) => _ready.Writer.TryComplete(reason);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PartitionCursor cursor in All)
        {
            cursor.Dispose();
        }
    }

    private Prefetched? TryTake(PartitionCursor cursor)
    {
        lock (_gate)
        {
            if (!_cursors.TryGetValue(cursor.Partition, out PartitionCursor? current) || !ReferenceEquals(current, cursor) || cursor.TryTake() is not { } taken)
            {
                return null;
            }
            if (taken.Failure is { } failure)
            {
                throw failure;
            }
            _inHand = cursor;
            return taken;
        }
    }

    private void Put(TopicPartition partition, Offset start, bool isPaused)
    {
        var cursor = new PartitionCursor(partition, start, _held, _ready.Writer);
        if (isPaused)
        {
            cursor.Pause();
        }
        PartitionCursor? former;
        lock (_gate)
        {
            _cursors.Remove(partition, out former);
            _cursors.Add(partition, cursor);
        }
        former?.Dispose();
        _ = Background.Run(() => loop.RunAsync(cursor));
    }

    private (List<PartitionCursor> Removed, Task? HandedBack) Remove(IReadOnlyCollection<TopicPartition> partitions)
    {
        List<PartitionCursor> removed = [];
        Task? handedBack = null;
        lock (_gate)
        {
            foreach (TopicPartition partition in partitions)
            {
                if (_cursors.Remove(partition, out PartitionCursor? cursor))
                {
                    removed.Add(cursor);
                }
            }
            if (_inHand is { } inHand && partitions.Contains(inHand.Partition))
            {
                handedBack = (_handedBack ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }
        }
        removed.ForEach(cursor => cursor.Dispose());
        return (removed, handedBack);
    }
}
