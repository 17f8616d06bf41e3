using Orleans.Providers.Streams.Common;
using Orleans.Streams;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.ZNodes.Streams;

/// <summary>
/// The log of the tree as a queue of Orleans' streams. Nothing is read or kept while nobody subscribes: each subscriber has a <see cref="ChangeCursor"/> of its own, which is filled from the log as
/// it is emptied.
/// </summary>
/// <remarks>
/// Owns the cursors. Called by the one agent of Orleans that pulls from it, in its turns; calls may interleave at their awaits. What Orleans calls messages are only calls to look
/// at the cursors again.
/// </remarks>
internal sealed class ChangeQueue(TreeFeed feed, TreeHistory history) : IQueueAdapterReceiver, IQueueCache
{
    /// <summary>The one stream that there is.</summary>
    public StreamId Stream { get; } = StreamId.Create(ZNodeChanges.Namespace, ZNodeChanges.Key);

    private readonly TaskCompletionSource _stopped = NewSignal();
    private readonly List<ChangeCursor> _cursors = [];
    private TaskCompletionSource _cursorsChanged = NewSignal();
    private bool _isAnnounced;

    /// <inheritdoc/>
    public Task Initialize(TimeSpan timeout) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task<IList<IBatchContainer>> GetQueueMessagesAsync(int maxCount)
    {
        await feed.Loaded;
        if (!_isAnnounced)
        {
            // From now on Orleans knows of the stream, and tells of subscribers.
            _isAnnounced = true;
            return [Call()];
        }
        while (_cursors.Count > 0 && !_stopped.Task.IsCompleted)
        {
            bool hasFilled = false;
            foreach (ChangeCursor cursor in _cursors.ToArray())
            {
                hasFilled |= await cursor.TryFillAsync(history, NextOffset());
            }
            if (hasFilled)
            {
                return [Call()];
            }
            if (_cursors.Exists(cursor => !cursor.IsEmpty))
            {
                // A subscriber is busy; the agent comes again.
                break;
            }
            await WaitAsync();
        }
        return [];
    }

    /// <inheritdoc/>
    public Task MessagesDeliveredAsync(IList<IBatchContainer> messages) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task Shutdown(TimeSpan timeout)
    {
        _stopped.TrySetResult();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public int GetMaxAddCount() => 1;

    /// <inheritdoc/>
    public void AddToCache(IList<IBatchContainer> messages)
    {
    }

    /// <inheritdoc/>
    public bool TryPurgeFromCache(out IList<IBatchContainer> purgedItems)
    {
        purgedItems = [];
        return false;
    }

    /// <inheritdoc/>
    public bool IsUnderPressure() => false;

    /// <inheritdoc/>
    public IQueueCacheCursor GetCacheCursor(StreamId streamId, StreamSequenceToken? token)
    {
        ChangeCursor cursor = token is null ? ChangeCursor.At(this, NextOffset()) : ChangeCursor.After(this, new Zxid(token.SequenceNumber), token.EventIndex);
        _cursors.Add(cursor);
        SignalChange();
        return cursor;
    }

    /// <summary>The subscriber of a cursor is gone.</summary>
    public void Remove(ChangeCursor cursor)
    {
        _cursors.Remove(cursor);
        SignalChange();
    }

    // Subscribers that are known from an earlier life of the process begin behind it, so they miss nothing of this life.
    private TransactionMessage Call() => new(Stream, [], 0, new EventSequenceTokenV2(feed.LoadedZxid.Value, int.MaxValue));

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Offset NextOffset()
    {
        lock (feed.Tree.Gate)
        {
            return feed.Tree.NextOffset;
        }
    }

    private void SignalChange()
    {
        _cursorsChanged.TrySetResult();
        _cursorsChanged = NewSignal();
    }

    // All cursors stand at the end, so the next transaction is the next for each of them.
    private async Task WaitAsync()
    {
        Task more = feed.WaitOffsetAsync(new Offset(_cursors.Min(cursor => cursor.Next.Value) + 1));
        await await Task.WhenAny(more, _cursorsChanged.Task, _stopped.Task);
    }
}
