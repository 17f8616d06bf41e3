using System.Globalization;
using Microsoft.Extensions.Logging;
using StreamCoord.Replication;

namespace StreamCoord.Grains.Cluster;

/// <summary>
/// Follows the membership of the cluster: a silo's name is its node's number, and the database knows the data directory of each node. One per silo; safe for concurrent use.
/// </summary>
/// <remarks>Started with the silo, when it has become a member itself. While the database cannot be read, nodes that come are not seen; those that go are.</remarks>
internal sealed partial class ClusterNodes(
    IClusterMembershipService membership, DataDirectories directories, ClusterIdentity identity, ILocalSiloDetails silo, TimeProvider time, ILogger<ClusterNodes> logger)
    : IClusterNodes, ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    /// <summary>So long after this silo has become a member others may still come that were started with it. What they led is theirs again as soon as they are there.</summary>
    private static readonly TimeSpan SettleTime = TimeSpan.FromSeconds(2);

    private const long NotYet = long.MaxValue;

    private readonly CancellationTokenSource _stopping = new();
    private volatile View _view = new(new HashSet<ReplicaId> { identity.Replica }, new Dictionary<NodeId, SiloAddress> { [identity.NodeId] = silo.SiloAddress });
    private Task _running = Task.CompletedTask;
    private long _memberSince = NotYet;

    /// <inheritdoc/>
    public event Action? Changed;

    /// <inheritdoc/>
    public NodeId Self => identity.NodeId;

    /// <inheritdoc/>
    public IReadOnlySet<ReplicaId> Alive => _view.Alive;

    /// <inheritdoc/>
    public bool IsSettled => Interlocked.Read(ref _memberSince) is var since and not NotYet && time.GetElapsedTime(since) >= SettleTime;

    /// <inheritdoc/>
    public SiloAddress? Find(NodeId node) => _view.Addresses.GetValueOrDefault(node);

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(
        nameof(ClusterNodes),
        ServiceLifecycleStage.RuntimeGrainServices,
        async _ =>
        {
            await ReadAsync(membership.CurrentSnapshot);
            _running = Task.Run(FollowAsync, CancellationToken.None);
        },
        async _ =>
        {
            await _stopping.CancelAsync();
            await _running;
        });

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    private async Task FollowAsync()
    {
        try
        {
            await foreach (ClusterMembershipSnapshot snapshot in membership.MembershipUpdates.WithCancellation(_stopping.Token))
            {
                await ReadUntilDoneAsync(snapshot);
            }
        }
        catch (OperationCanceledException)
        {
            // The silo stops.
        }
    }

    private async Task ReadUntilDoneAsync(ClusterMembershipSnapshot snapshot)
    {
        if (snapshot.GetSiloStatus(silo.SiloAddress) == SiloStatus.Active)
        {
            Interlocked.CompareExchange(ref _memberSince, time.GetTimestamp(), NotYet);
        }
        // Who is gone is gone, whether or not the database can be asked about the others.
        Show(View.Of(snapshot, [.. _view.Alive], identity, silo));
        while (true)
        {
            try
            {
                await ReadAsync(snapshot);
                return;
            }
#pragma warning disable CA1031 // Whatever keeps the database from answering, it is asked again.
            catch (Exception failure) when (failure is not OperationCanceledException || !_stopping.IsCancellationRequested)
#pragma warning restore CA1031
            {
                LogUnread(logger, failure.Message);
                await Task.Delay(RetryDelay, time, _stopping.Token);
                snapshot = membership.CurrentSnapshot;
            }
        }
    }

    private async Task ReadAsync(ClusterMembershipSnapshot snapshot) => Show(View.Of(snapshot, await directories.ListAsync(), identity, silo));

    private void Show(View view)
    {
        View before = _view;
        _view = view;
        if (!before.Alive.SetEquals(view.Alive) || view.Addresses.Any(pair => !pair.Value.Equals(before.Addresses.GetValueOrDefault(pair.Key))))
        {
            LogChanged(logger, string.Join(", ", view.Alive.Select(replica => replica.Node.Value).Order().Select(node => node.ToString(CultureInfo.InvariantCulture))));
            Changed?.Invoke();
        }
    }

    [LoggerMessage(2851, LogLevel.Information, "Nodes that live: {Nodes}.")]
    private static partial void LogChanged(ILogger logger, string nodes);

    [LoggerMessage(2852, LogLevel.Warning, "The data directories of the cluster's nodes could not be read; it is tried again: {Reason}")]
    private static partial void LogUnread(ILogger logger, string reason);

    private sealed record View(IReadOnlySet<ReplicaId> Alive, IReadOnlyDictionary<NodeId, SiloAddress> Addresses)
    {
        public static View Of(ClusterMembershipSnapshot snapshot, IReadOnlyList<ReplicaId> known, ClusterIdentity identity, ILocalSiloDetails silo)
        {
            var addresses = new Dictionary<NodeId, SiloAddress> { [identity.NodeId] = silo.SiloAddress };
            foreach (ClusterMember member in snapshot.Members.Values.Where(member => member.Status == SiloStatus.Active))
            {
                if (int.TryParse(member.Name, NumberStyles.None, CultureInfo.InvariantCulture, out int node))
                {
                    addresses.TryAdd(new NodeId(node), member.SiloAddress);
                }
            }
            HashSet<ReplicaId> alive = [identity.Replica, .. known.Where(replica => replica.Node != identity.NodeId && addresses.ContainsKey(replica.Node))];
            return new View(alive, addresses);
        }
    }
}
