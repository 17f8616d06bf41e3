using Microsoft.Extensions.Logging;
using StreamCoord.Grains.Topics;
using StreamCoord.Topics;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Brokers;

/// <summary>Tells topics of what anybody has written to the znodes of their configurations. One per silo.</summary>
internal sealed class ConfigFollower : IDisposable
{
    /// <summary>Stands for all topics: none has an empty name.</summary>
    private const string Everything = "";

    private readonly IGrainFactory _grains;
    private readonly ICoordination _tree;
    private readonly WorkQueue<string> _topics;

    public ConfigFollower(MetadataWatch watch, IGrainFactory grains, ICoordination tree, TimeProvider time, ILogger<ConfigFollower> logger)
    {
        (_grains, _tree) = (grains, tree);
        _topics = new WorkQueue<string>(topic => topic == Everything ? FollowAllAsync() : FollowAsync(topic), time, logger);
        watch.Changed += Hear;
        watch.Interrupted += () => _topics.Add(Everything);
    }

    /// <inheritdoc/>
    public void Dispose() => _topics.Dispose();

    private void Hear(WatchEvent change)
    {
        if (change.Type == WatchEventType.DataChanged && TopicPaths.ChildOf(TopicPaths.Configs, change.Path) is { } topic && TopicRules.CheckName(topic) is null)
        {
            _topics.Add(topic);
        }
    }

    private async Task FollowAllAsync()
    {
        foreach (string topic in await _tree.ListAsync(TopicPaths.Configs))
        {
            _topics.Add(topic);
        }
    }

    private async Task FollowAsync(string topic)
    {
        ZNodeReply config = await _tree.RequestAsync(ZNodeCaller.Service, new ExistsOperation(TopicPaths.Config(topic)));
        if (config.IsOk)
        {
            TopicReply reply = await _grains.GetGrain<ITopicKeeperGrain>(topic).FollowConfig(config.Stat!.Value.Mzxid);
            KeeperReplies.Require(reply);
        }
    }
}
