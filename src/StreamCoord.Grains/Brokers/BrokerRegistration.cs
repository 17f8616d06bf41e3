using Microsoft.Extensions.Logging;
using StreamCoord.Grains.Topics;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Brokers;

/// <summary>
/// Keeps this silo in the tree while it runs: its session, the ephemeral znode of the broker, and its candidacy as the controller. It looks at all three when one of them goes, and
/// several times in a session's timeout. One per silo.
/// </summary>
internal sealed partial class BrokerRegistration : IAsyncDisposable
{
    /// <summary>Kafka's zookeeper.session.timeout.ms. Milliseconds.</summary>
    private const int SessionTimeoutMs = 18_000;

    private const int RoundsPerTimeout = 4;

    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);

    private readonly ICoordination _tree;
    private readonly ControllerElection _election;
    private readonly NodeId _node;
    private readonly TimeProvider _time;
    private readonly ILogger<BrokerRegistration> _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _wake = new(0, 1);
    private Task _running = Task.CompletedTask;
    private SessionGrant? _session;

    public BrokerRegistration(
        ICoordination tree, MetadataWatch watch, ControllerElection election, ClusterIdentity identity, TimeProvider time, ILogger<BrokerRegistration> logger)
    {
        (_tree, _election, _node, _time, _logger) = (tree, election, identity.NodeId, time, logger);
        watch.Changed += change =>
        {
            if (change.Type == WatchEventType.Deleted && change.Path is BrokerPaths.Controller || change.Path == BrokerPaths.Of(_node))
            {
                Wake();
            }
        };
        watch.Interrupted += Wake;
    }

    private ZNodeCaller Caller => ZNodeCaller.Service with { Session = _session!.Session };

    /// <summary>Registers the silo, and keeps it registered until this is disposed. Ends after the first attempt; what fails is tried again.</summary>
    public async Task StartAsync(BrokerEndpoints endpoints)
    {
        await TryRoundAsync(endpoints);
        _running = Task.Run(() => RunAsync(endpoints));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _election.Resign();
        if (_session is { } session)
        {
            _session = null;
            try
            {
                await _tree.RequestAsync(ZNodeCaller.Service, new CloseSessionOperation(session.Session)).WaitAsync(StopTimeout, _time);
            }
            catch (TimeoutException failure)
            {
                // The session ends by its timeout; the rest of the silo must be stopped all the same.
                LogNotClosed(_logger, _node, session.Session, failure.Message);
            }
        }
    }

    private void Wake()
    {
        lock (_wake)
        {
            if (_wake.CurrentCount == 0)
            {
                _wake.Release();
            }
        }
    }

    private async Task RunAsync(BrokerEndpoints endpoints)
    {
        while (!_stopping.IsCancellationRequested)
        {
            using var round = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            Task due = Task.Delay(TimeSpan.FromMilliseconds((_session?.TimeoutMs ?? SessionTimeoutMs) / RoundsPerTimeout), _time, round.Token);
            await Task.WhenAny(due, _wake.WaitAsync(round.Token));
            await round.CancelAsync();
            if (!_stopping.IsCancellationRequested)
            {
                await TryRoundAsync(endpoints);
            }
        }
    }

    private async Task TryRoundAsync(BrokerEndpoints endpoints)
    {
        try
        {
            await EnsureSessionAsync();
            await EnsureRegisteredAsync(endpoints);
            await _election.StandAsync(Caller);
        }
#pragma warning disable CA1031 // Whatever it is, the next round tries again.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogFailed(_logger, _node, failure.Message);
        }
    }

    private async Task EnsureSessionAsync()
    {
        if (_session is { } present)
        {
            if ((await _tree.ResumeSessionAsync(present.Session, present.Password, timeoutMs: null)).Error != ZNodeError.SessionExpired)
            {
                return;
            }
            LogLost(_logger, _node, present.Session);
            _session = null;
        }
        await EndLastLifeAsync();
        _session = Require(await _tree.RequestAsync(ZNodeCaller.Service, new OpenSessionOperation(SessionTimeoutMs, _node))).Session;
    }

    /// <summary>Only one process at a time can have this node's data directory, so whoever else is registered under its number is this silo's last life.</summary>
    private async Task EndLastLifeAsync()
    {
        ZNodeReply left = await _tree.RequestAsync(ZNodeCaller.Service, new ExistsOperation(BrokerPaths.Of(_node)));
        if (left.IsOk && left.Stat!.Value.EphemeralOwner != SessionId.None)
        {
            await _tree.RequestAsync(ZNodeCaller.Service, new CloseSessionOperation(left.Stat.Value.EphemeralOwner));
        }
    }

    private async Task EnsureRegisteredAsync(BrokerEndpoints endpoints)
    {
        string path = BrokerPaths.Of(_node);
        if (!(await _tree.RequestAsync(ZNodeCaller.Service, new ExistsOperation(path))).IsOk)
        {
            byte[] data = BrokerNode.Write(endpoints, _time.GetUtcNow().ToUnixTimeMilliseconds());
            Require(await _tree.RequestAsync(Caller, new CreateOperation(path, data, AclEntry.ReadOnly, CreateMode.Ephemeral)));
            LogRegistered(_logger, _node, _session!.Session);
        }
    }

    private static ZNodeReply Require(ZNodeReply reply) => reply.IsOk ? reply : throw new TreeRefusedException($"{reply.Error}: {reply.Message}");

    [LoggerMessage(2541, LogLevel.Information, "Node {Node} is registered in the znode tree, with session {Session}.")]
    private static partial void LogRegistered(ILogger logger, NodeId node, SessionId session);

    [LoggerMessage(2544, LogLevel.Warning, "The session {Session} of node {Node} could not be closed and ends by its timeout: {Reason}")]
    private static partial void LogNotClosed(ILogger logger, NodeId node, SessionId session, string reason);

    [LoggerMessage(2542, LogLevel.Warning, "Node {Node} has lost its session {Session} and opens another one.")]
    private static partial void LogLost(ILogger logger, NodeId node, SessionId session);

    [LoggerMessage(2543, LogLevel.Warning, "Node {Node} could not be registered in the znode tree; it is tried again: {Reason}")]
    private static partial void LogFailed(ILogger logger, NodeId node, string reason);
}
