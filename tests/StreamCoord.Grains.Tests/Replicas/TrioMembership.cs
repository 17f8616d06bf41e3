using System.Net;
using StreamCoord.Grains.Cluster;
using StreamCoord.Replication;

namespace StreamCoord.Grains.Tests.Replicas;

/// <summary>A membership that the test decides about.</summary>
internal sealed class TrioMembership(NodeId self) : IClusterNodes
{
    private static readonly SiloAddress Somewhere = SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 1), 1);

    public event Action? Changed;

    public NodeId Self => self;

    public IReadOnlySet<ReplicaId> Alive { get; private set; } = new HashSet<ReplicaId>();

    public bool IsSettled { get; set; } = true;

    public void Set(HashSet<ReplicaId> alive)
    {
        Alive = alive;
        Changed?.Invoke();
    }

    public SiloAddress? Find(NodeId node) => Alive.Any(replica => replica.Node == node) ? Somewhere : null;
}
