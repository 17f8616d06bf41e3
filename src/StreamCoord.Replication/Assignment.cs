namespace StreamCoord.Replication;

/// <summary>The nodes that keep a partition's copies, and which of them come or go (KIP-455). Immutable.</summary>
/// <param name="Replicas">Every node that has a copy or is to get one: the preferred leader first, those that go last; none twice.</param>
/// <param name="Adding">Those of them that come.</param>
/// <param name="Removing">Those of them that go as soon as all others are in sync.</param>
public sealed record Assignment(IReadOnlyList<NodeId> Replicas, IReadOnlyList<NodeId> Adding, IReadOnlyList<NodeId> Removing)
{
    /// <summary>True while some come or go.</summary>
    public bool IsMoving => Adding.Count > 0 || Removing.Count > 0;

    /// <summary>Who keeps the partition when nobody comes or goes any more.</summary>
    public IReadOnlyList<NodeId> Target => [.. Replicas.Except(Removing)];

    /// <summary>Who kept it before anybody came.</summary>
    public IReadOnlyList<NodeId> Origin => [.. Replicas.Except(Adding)];

    /// <summary>Nodes of which none comes or goes.</summary>
    public static Assignment Of(IReadOnlyList<NodeId> replicas) => new(replicas, [], []);

    /// <summary>Has these nodes keep the partition, and no others. A target that is not reached yet is given up for it.</summary>
    public Assignment MoveTo(IReadOnlyList<NodeId> target)
    {
        IReadOnlyList<NodeId> origin = Origin;
        return new Assignment([.. target.Union(origin)], [.. target.Except(origin)], [.. origin.Except(target)]);
    }

    /// <summary>Leaves the partition with who kept it before.</summary>
    public Assignment CallOff() => Of(Origin);

    /// <summary>True when everybody who is to keep the partition is in sync, so that the others may go.</summary>
    public bool IsReached(InSyncSet inSync) => IsMoving && Target.All(node => inSync.Members.Any(member => member.Node == node));

    /// <summary>True when both say the same.</summary>
    public bool IsSameAs(Assignment other) => Replicas.SequenceEqual(other.Replicas) && Adding.SequenceEqual(other.Adding) && Removing.SequenceEqual(other.Removing);

    /// <summary>What follows when the target is reached.</summary>
    public Assignment Finish() => Of(Target);
}
