using Microsoft.Extensions.Logging;
using StreamCoord.Brokers;
using StreamCoord.Grains.Cluster;
using StreamCoord.Grains.Topics;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Brokers;

/// <summary>
/// The brokers as this silo's tree has them, but for those that the cluster's membership knows to be dead: that is faster than their sessions. Follows the tree by a watch. One per silo; safe for concurrent use.
/// </summary>
/// <remarks>This silo is there before it is registered, where the silo has a gateway that knows where it listens.</remarks>
internal sealed partial class BrokerDirectory : IBrokers, ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    /// <summary>There is one thing to look at anew, whatever has changed.</summary>
    private const string Everything = BrokerPaths.Ids;

    private readonly MetadataStart _start;
    private readonly ICoordination _tree;
    private readonly IClusterNodes _nodes;
    private readonly NodeId _self;
    private readonly Lazy<LiveBroker?> _own;
    private readonly ILogger<BrokerDirectory> _logger;
    private readonly WorkQueue<string> _changed;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Lock _gate = new();
    private Registered _registered = new([], null);
    private volatile View? _view;

    public BrokerDirectory(
        MetadataWatch watch, MetadataStart start, ICoordination tree, IClusterNodes nodes, Lazy<IEnumerable<IBroker>> own, TimeProvider time, ILogger<BrokerDirectory> logger)
    {
        (_start, _tree, _nodes, _self, _logger) = (start, tree, nodes, nodes.Self, logger);
        _own = new Lazy<LiveBroker?>(() => own.Value.Select(broker => new LiveBroker(broker.NodeId, broker.Host, broker.Port, broker.Rack, null)).FirstOrDefault());
        _changed = new WorkQueue<string>(_ => RefreshAsync(), time, logger);
        watch.Changed += Hear;
        watch.Interrupted += () => _changed.Add(Everything);
        nodes.Changed += () => Show(null);
    }

    /// <inheritdoc/>
    public IReadOnlyList<LiveBroker> Alive => Current.Alive;

    /// <inheritdoc/>
    public NodeId? Controller => Current.Controller;

    private View Current => _view ?? Show(null);

    /// <inheritdoc/>
    public LiveBroker? Find(NodeId node) => Current.ByNode.GetValueOrDefault(node);

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(
        nameof(BrokerDirectory),
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
        if (change.Path == BrokerPaths.Controller || change.Path.StartsWith(BrokerPaths.Ids, StringComparison.Ordinal))
        {
            _changed.Add(Everything);
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
            LogNotLoaded(_logger, failure.Message);
        }
    }

    // One at a time, so that what was read later is shown later.
    private async Task RefreshAsync()
    {
        await _turn.WaitAsync();
        try
        {
            List<LiveBroker> brokers = [];
            foreach (string child in await _tree.ListAsync(BrokerPaths.Ids))
            {
                if (BrokerNode.TryRead(child, await ReadAsync($"{BrokerPaths.Ids}/{child}")) is { } broker)
                {
                    brokers.Add(broker);
                }
            }
            Show(new Registered(brokers, ControllerNode.TryRead(await ReadAsync(BrokerPaths.Controller))));
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<ReadOnlyMemory<byte>> ReadAsync(string path) =>
        (await _tree.RequestAsync(ZNodeCaller.Service, new GetDataOperation(path))).Data ?? ReadOnlyMemory<byte>.Empty;

    private View Show(Registered? registered)
    {
        lock (_gate)
        {
            _registered = registered ?? _registered;
            return _view = View.Of(_registered, [.. _nodes.Alive.Select(replica => replica.Node)], _self, _own.Value);
        }
    }

    [LoggerMessage(2552, LogLevel.Warning, "The brokers could not be read from the znode tree: {Reason}")]
    private static partial void LogNotLoaded(ILogger logger, string reason);

    /// <summary>What stands in the tree.</summary>
    private sealed record Registered(IReadOnlyList<LiveBroker> Brokers, NodeId? Controller);

    private sealed record View(IReadOnlyList<LiveBroker> Alive, IReadOnlyDictionary<NodeId, LiveBroker> ByNode, NodeId? Controller)
    {
        public static View Of(Registered registered, HashSet<NodeId> nodes, NodeId self, LiveBroker? own)
        {
            Dictionary<NodeId, LiveBroker> alive = registered.Brokers.Where(broker => nodes.Contains(broker.NodeId)).ToDictionary(broker => broker.NodeId);
            if (own is not null)
            {
                // What another life of this silo has left in the tree may be wrong.
                alive[self] = own with { HttpAddress = alive.GetValueOrDefault(self)?.HttpAddress };
            }
            return new View([.. alive.Values.OrderBy(broker => broker.NodeId.Value)], alive, registered.Controller is { } controller && alive.ContainsKey(controller) ? controller : null);
        }
    }
}
