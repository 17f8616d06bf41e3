using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using StreamCoord.Grains.Leadership;
using StreamCoord.Grains.Topics;
using StreamCoord.Topics;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Brokers;

/// <summary>
/// What the silo does that holds /controller: it carries out deletions that were asked for in the tree, and publishes there who leads the partitions. One per silo; it acts
/// between <see cref="Begin"/> and <see cref="End"/>. Safe for concurrent use.
/// </summary>
/// <remarks>Everything it does may be done twice, or by two controllers at a time; what it publishes carries its term, so that nothing of an earlier one comes late.</remarks>
internal sealed partial class Controller : IDisposable
{
    /// <summary>Stands for all topics: none has an empty name.</summary>
    private const string Everything = "";

    private readonly IGrainFactory _grains;
    private readonly ICoordination _tree;
    private readonly TopicStore _store;
    private readonly ILogger<Controller> _logger;
    private readonly WorkQueue<string> _deletions;
    private readonly WorkQueue<(string Topic, int Partition)> _publications;
    private readonly ConcurrentDictionary<TopicId, string> _names = new();
    private volatile ControllerTerm? _term;

    public Controller(MetadataWatch watch, Leaderships rows, IGrainFactory grains, ICoordination tree, TopicStore store, TimeProvider time, ILogger<Controller> logger)
    {
        (_grains, _tree, _store, _logger) = (grains, tree, store, logger);
        _deletions = new WorkQueue<string>(topic => topic == Everything ? LookAtAllAsync() : DeleteAsync(topic), time, logger);
        _publications = new WorkQueue<(string, int)>(PublishAsync, time, logger);
        watch.Changed += Hear;
        watch.Interrupted += () => _deletions.Add(Everything);
        rows.Changed += HearMoved;
    }

    /// <summary>Takes over: looks at everything that may have been left.</summary>
    public void Begin(ControllerTerm term)
    {
        _term = term;
        _deletions.Add(Everything);
    }

    /// <summary>Does nothing any more.</summary>
    public void End() => _term = null;

    /// <inheritdoc/>
    public void Dispose()
    {
        End();
        _deletions.Dispose();
        _publications.Dispose();
    }

    private void Hear(WatchEvent change)
    {
        if (_term is null || change.Type == WatchEventType.Deleted)
        {
            return;
        }
        if (TopicPaths.ChildOf(TopicPaths.Topics, change.Path) is { } topic)
        {
            _publications.Add((topic, Publication.Missing));
        }
        else if (TopicPaths.ChildOf(TopicPaths.Deletions, change.Path) is { } unwanted)
        {
            _deletions.Add(unwanted);
        }
    }

    private void HearMoved(LeadershipRow row)
    {
        // A partition's first term is shown before it begins.
        bool isShown = row.LeaderEpoch.Value <= 0 && row.InSync.Members[0].Node == (row.LeaderNode ?? row.InSync.Members[0].Node);
        if (!isShown && _term is not null && _names.TryGetValue(row.TopicId, out string? topic))
        {
            _publications.Add((topic, row.Partition));
        }
    }

    private async Task LookAtAllAsync()
    {
        if (_term is null)
        {
            return;
        }
        foreach (string topic in await _tree.ListAsync(TopicPaths.Deletions))
        {
            _deletions.Add(topic);
        }
        // A new term of every partition begins with the silo, so what stands in the tree is old.
        foreach (string topic in await _tree.ListAsync(TopicPaths.Topics))
        {
            _publications.Add((topic, Publication.All));
        }
    }

    private async Task DeleteAsync(string topic)
    {
        if (_term is null)
        {
            return;
        }
        if (TopicRules.CheckName(topic) is { } refusal)
        {
            LogRefused(_logger, topic, refusal.Message!);
            await _store.DropRequestAsync(topic);
            return;
        }
        KeeperReplies.Require(await _grains.GetGrain<ITopicKeeperGrain>(topic).FinishDeletion());
    }

    private async Task PublishAsync((string Topic, int Partition) publication)
    {
        if (_term is not { } term)
        {
            return;
        }
        TopicReply reply = await _grains.GetGrain<ITopicKeeperGrain>(publication.Topic).Publish(term, publication.Partition);
        KeeperReplies.Require(reply);
        if (reply.Topic is { } topic)
        {
            _names[topic.TopicId] = topic.Name;
        }
    }

    [LoggerMessage(2521, LogLevel.Warning, "The deletion of '{Topic}' that was asked for in the znode tree is refused: {Problem}")]
    private static partial void LogRefused(ILogger logger, string topic, string problem);
}
