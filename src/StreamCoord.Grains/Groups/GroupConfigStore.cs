using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using StreamCoord.Grains.Brokers;
using StreamCoord.Grains.Topics;
using StreamCoord.Groups;
using StreamCoord.Groups.Consumer;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Groups;

/// <summary>
/// The configurations of groups: durable in the tree, followed by a watch, whoever writes them. One per silo; safe for concurrent use. A configuration that is not legal is ignored as a whole.
/// </summary>
internal sealed partial class GroupConfigStore : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    /// <summary>Stands for all groups in the queue: none of them has an empty name in the tree.</summary>
    private const string Everything = "";

    private static readonly IReadOnlyDictionary<string, string> None = new Dictionary<string, string>();

    /// <summary>Whoever may reach the tree may set a group's configuration, as with Kafka's own znodes.</summary>
    private static readonly IReadOnlyList<AclEntry> Writable = [new(ZNodePermissions.Read | ZNodePermissions.Write, "world", "anyone")];

    private readonly MetadataStart _start;
    private readonly ICoordination _tree;
    private readonly ILogger<GroupConfigStore> _logger;
    private readonly WorkQueue<string> _changed;
    private readonly ConcurrentDictionary<string, IReadOnlyDictionary<string, string>> _inForce = new();

    public GroupConfigStore(GroupConfigs definitions, MetadataWatch watch, MetadataStart start, ICoordination tree, TimeProvider time, ILogger<GroupConfigStore> logger)
    {
        (Definitions, _start, _tree, _logger) = (definitions, start, tree, logger);
        _changed = new WorkQueue<string>(groupId => groupId == Everything ? RefreshAllAsync() : RefreshAsync(groupId), time, logger);
        watch.Changed += Hear;
        watch.Interrupted += () => _changed.Add(Everything);
    }

    /// <summary>What may be set.</summary>
    public GroupConfigs Definitions { get; }

    /// <summary>The times of a group.</summary>
    public ConsumerGroupTimes TimesOf(string groupId)
    {
        IReadOnlyDictionary<string, string> configs = _inForce.GetValueOrDefault(groupId, None);
        return new ConsumerGroupTimes(Definitions.Value(configs, GroupConfigs.ConsumerSessionTimeoutMs), Definitions.Value(configs, GroupConfigs.ConsumerHeartbeatIntervalMs));
    }

    /// <summary>The groups for which something is set.</summary>
    public async Task<IReadOnlyList<string>> ListAsync()
    {
        await _start.Done;
        return [.. (await _tree.ListAsync(GroupConfigPaths.Root)).Select(Uri.UnescapeDataString)];
    }

    /// <summary>What is set for a group, and the version of that; -1 when nothing was ever set.</summary>
    public async Task<(IReadOnlyDictionary<string, string> Configs, int Version)> ReadAsync(string groupId)
    {
        await _start.Done;
        ZNodeReply reply = await _tree.RequestAsync(ZNodeCaller.Service, new GetDataOperation(GroupConfigPaths.Of(groupId)));
        if (!reply.IsOk)
        {
            return reply.Error is ZNodeError.NoNode ? (None, -1) : throw new TreeRefusedException($"The znode tree answered {reply.Error}: {reply.Message}");
        }
        if (((TopicConfigNode.TryReadForm((reply.Data ?? ReadOnlyMemory<byte>.Empty).Span, out IReadOnlyDictionary<string, string> configs)) ?? Definitions.Check(configs)) is { } problem)
        {
            LogIllegal(_logger, groupId, problem);
            configs = None;
        }
        return (configs, reply.Stat!.Value.Version);
    }

    /// <summary>Writes what is set for a group; false, and nothing is changed, when somebody has written it since that version.</summary>
    public async Task<bool> TryWriteAsync(string groupId, IReadOnlyDictionary<string, string> configs, int version)
    {
        string path = GroupConfigPaths.Of(groupId);
        ZNodeReply reply = version >= 0 && configs.Count == 0
            ? await _tree.RequestAsync(ZNodeCaller.Service, new DeleteOperation(path, version))
            : version >= 0
                ? await _tree.RequestAsync(ZNodeCaller.Service, new SetDataOperation(path, TopicConfigNode.Write(configs), version))
                : await CreateAsync(path, configs);
        if (!reply.IsOk && reply.Error is not (ZNodeError.BadVersion or ZNodeError.NodeExists or ZNodeError.NoNode))
        {
            throw new TreeRefusedException($"The znode tree answered {reply.Error}: {reply.Message}");
        }
        await RefreshAsync(groupId);
        return reply.IsOk;
    }

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(
        nameof(GroupConfigStore),
        ServiceLifecycleStage.Active + 1,
        cancellationToken =>
        {
            _changed.Add(Everything);
            return Task.CompletedTask;
        },
        _ =>
        {
            _changed.Dispose();
            return Task.CompletedTask;
        });

    /// <inheritdoc/>
    public void Dispose() => _changed.Dispose();

    // The parents are made with the first configuration: applications use the name of the upper one too.
    private async Task<ZNodeReply> CreateAsync(string path, IReadOnlyDictionary<string, string> configs)
    {
        foreach (CreateOperation parent in new[] { new CreateOperation(TopicPaths.ConfigRoot, null, AclEntry.Open), new CreateOperation(GroupConfigPaths.Root, null, AclEntry.ReadOnly) })
        {
            ZNodeReply made = await _tree.RequestAsync(ZNodeCaller.Service, parent);
            if (!made.IsOk && made.Error != ZNodeError.NodeExists)
            {
                return made;
            }
        }
        return await _tree.RequestAsync(ZNodeCaller.Service, new CreateOperation(path, TopicConfigNode.Write(configs), Writable));
    }

    private void Hear(WatchEvent change)
    {
        if (GroupConfigPaths.GroupOf(change.Path) is { } groupId)
        {
            _changed.Add(groupId);
        }
    }

    private async Task RefreshAllAsync()
    {
        foreach (string groupId in (await ListAsync()).Union(_inForce.Keys))
        {
            _changed.Add(groupId);
        }
    }

    private async Task RefreshAsync(string groupId)
    {
        IReadOnlyDictionary<string, string> configs = (await ReadAsync(groupId)).Configs;
        if (configs.Count == 0)
        {
            _inForce.TryRemove(groupId, out _);
        }
        else
        {
            _inForce[groupId] = configs;
        }
    }

    [LoggerMessage(2613, LogLevel.Warning, "The configuration of group '{GroupId}' in the znode tree is ignored: {Problem}")]
    private static partial void LogIllegal(ILogger logger, string groupId, string problem);
}
