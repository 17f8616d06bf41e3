namespace StreamCoord.Replication;

/// <summary>Who takes a partition over when its leader is gone. Pure.</summary>
public static class TakeOver
{
    /// <summary>
    /// True when a replica should claim the next term: it led itself, before a restart that the others may not have noticed; or the leader lives no more, or no longer in the directory that it
    /// led from, and of the replicas that are in sync and live this is the first. Only a matter of who tries: where two do, the table decides.
    /// </summary>
    /// <param name="self">The replica, which is not leading.</param>
    /// <param name="leader">The node that has the newest term; null when there was none.</param>
    /// <param name="inSync">Who may lead.</param>
    /// <param name="replicas">Every node that is to have a copy, in the order of preference.</param>
    /// <param name="alive">Who lives.</param>
    public static bool IsDue(ReplicaId self, NodeId? leader, InSyncSet inSync, IEnumerable<NodeId> replicas, IReadOnlySet<ReplicaId> alive)
    {
        if (leader == self.Node && inSync.Contains(self))
        {
            return true;
        }
        return !IsLed(leader, inSync, alive) && Choose(replicas, inSync, alive) == self;
    }

    // Asked several times a second for every partition: so it makes no garbage.
    private static bool IsLed(NodeId? leader, InSyncSet inSync, IReadOnlySet<ReplicaId> alive)
    {
        for (int i = 0; i < inSync.Members.Count; i++)
        {
            if (inSync.Members[i].Node == leader && alive.Contains(inSync.Members[i]))
            {
                return true;
            }
        }
        return false;
    }

    private static ReplicaId? Choose(IEnumerable<NodeId> replicas, InSyncSet inSync, IReadOnlySet<ReplicaId> alive)
    {
        // Who is to have no copy any more may be the only one that is left.
        foreach (NodeId node in replicas.Concat(inSync.Members.Select(member => member.Node)))
        {
            foreach (ReplicaId member in inSync.Members)
            {
                if (member.Node == node && alive.Contains(member))
                {
                    return member;
                }
            }
        }
        return null;
    }
}
