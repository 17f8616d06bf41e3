using Microsoft.Extensions.Logging;
using StreamCoord.Grains.Brokers;
using StreamCoord.Grains.Leadership;
using StreamCoord.Grains.Topics;
using StreamCoord.Groups.Consumer;
using StreamCoord.Topics;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Groups;

/// <summary>
/// The topics as this silo's tree has them, for groups to be assigned from: follows the tree by a watch. One per silo; safe for concurrent use. An image may be a moment behind the tree; the next
/// heartbeat of any member sees what it lacked.
/// </summary>
internal sealed partial class TopicImages : ITopicNames, ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    /// <summary>Stands for all topics: none has an empty name.</summary>
    private const string Everything = "";

    private readonly MetadataStart _start;
    private readonly TopicStore _store;
    private readonly Leaderships _rows;
    private readonly ICoordination _tree;
    private readonly ILogger<TopicImages> _logger;
    private readonly WorkQueue<string> _changed;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile TopicImage _current = TopicImage.Empty;

    public TopicImages(MetadataWatch watch, MetadataStart start, TopicStore store, Leaderships rows, ICoordination tree, TimeProvider time, ILogger<TopicImages> logger)
    {
        (_start, _store, _rows, _tree, _logger) = (start, store, rows, tree, logger);
        _changed = new WorkQueue<string>(topic => topic == Everything ? RefreshAllAsync() : RefreshAsync(topic), time, logger);
        watch.Changed += Hear;
        watch.Interrupted += () => _changed.Add(Everything);
    }

    /// <summary>A topic is gone, of that name; there may be another one of it already.</summary>
    public event Action<string>? Deleted;

    /// <summary>Ends when the first whole image is there.</summary>
    public Task Ready => _ready.Task;

    /// <summary>The topics.</summary>
    public TopicImage Current => _current;

    /// <summary>Whether the tree has a topic of that name, readable or not.</summary>
    public Task<bool> ExistsAsync(string topic) => _store.ExistsAsync(TopicPaths.Topic(topic));

    /// <inheritdoc/>
    public string? FindName(TopicId topicId) => _current.Find(topicId)?.Name;

    /// <inheritdoc/>
    public TopicId? FindId(string name) => _current.Find(name)?.TopicId;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> List() => Ready.IsCompletedSuccessfully ? [.. _current.Names] : [];

    /// <inheritdoc/>
    public TopicDescription? Describe(string name)
    {
        if (_current.Find(name) is not { } topic || _rows.RowsOf(topic.TopicId) is not { } rows || rows.Count < topic.PartitionCount)
        {
            return null;
        }
        return new TopicDescription(name, topic.TopicId, [.. rows.Select(PartitionAssignments.Of)], (short)rows[0].Replicas.Count, new Dictionary<string, string>());
    }

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(
        nameof(TopicImages),
        ServiceLifecycleStage.Active + 1,
        cancellationToken =>
        {
            _ = Task.Run(LoadAsync, CancellationToken.None);
            return Task.CompletedTask;
        },
        _ =>
        {
            _changed.Dispose();
            return Task.CompletedTask;
        });

    /// <inheritdoc/>
    public void Dispose()
    {
        _changed.Dispose();
        _turn.Dispose();
    }

    private void Hear(WatchEvent change)
    {
        if ((TopicPaths.ChildOf(TopicPaths.Topics, change.Path) ?? TopicPaths.ChildOf(TopicPaths.Deletions, change.Path)) is { } topic && TopicName.Check(topic) is null)
        {
            _changed.Add(topic);
        }
    }

    private async Task LoadAsync()
    {
        try
        {
            await _start.Done;
            _changed.Add(Everything);
        }
#pragma warning disable CA1031 // Whatever it is, the silo's start fails by it and says so.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogNotLoaded(_logger, failure);
        }
    }

    private async Task RefreshAllAsync()
    {
        IReadOnlyList<string> topics = await _tree.ListAsync(TopicPaths.Topics);
        foreach (string topic in topics.Union(_current.Names).Where(topic => TopicName.Check(topic) is null))
        {
            try
            {
                await RefreshAsync(topic);
            }
            catch (Exception failure) when (failure is TreeRefusedException or TopicZNodeException)
            {
                // It is tried again by itself; the others are not held up.
                LogUnreadable(_logger, topic, failure.Message);
                _changed.Add(topic);
            }
        }
        _ready.TrySetResult();
    }

    // One at a time, so that what was read later is taken over later.
    private async Task RefreshAsync(string topic)
    {
        await _turn.WaitAsync();
        try
        {
            StoredTopic? stored = await _store.ReadAsync(topic);
            ImageTopic? known = _current.Find(topic);
            ImageTopic? present = stored is null or { IsBeingDeleted: true } ? null : new ImageTopic(topic, stored.TopicId, stored.PartitionCount);
            _current = _current.With(topic, present);
            if (known is not null && known.TopicId != present?.TopicId)
            {
                Deleted?.Invoke(topic);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    [LoggerMessage(2610, LogLevel.Error, "The topics could not be read, so consumer groups cannot be served.")]
    private static partial void LogNotLoaded(ILogger logger, Exception failure);

    [LoggerMessage(2611, LogLevel.Warning, "Topic '{Topic}' could not be read for consumer groups and is tried again: {Problem}")]
    private static partial void LogUnreadable(ILogger logger, string topic, string problem);
}
