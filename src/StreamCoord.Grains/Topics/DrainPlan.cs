using StreamCoord.Grains.Leadership;

namespace StreamCoord.Grains.Topics;

/// <summary>Where the copies of a node go that is to have none. Pure.</summary>
internal static class DrainPlan
{
    /// <summary>Who is to keep each partition that the node is to keep now, on as many racks as that can be; null when there are too few others.</summary>
    /// <param name="rows">Every partition.</param>
    /// <param name="node">The node.</param>
    /// <param name="alive">Who lives.</param>
    public static IReadOnlyList<(LeadershipRow Row, IReadOnlyList<NodeId> Target)>? Make(IReadOnlyCollection<LeadershipRow> rows, NodeId node, IReadOnlyCollection<PlacedNode> alive)
    {
        Dictionary<NodeId, string?> racks = alive.ToDictionary(other => other.Node, other => other.Rack);
        Dictionary<NodeId, int> copies = racks.Keys.Where(other => other != node).ToDictionary(other => other, other => rows.Count(row => row.Assignment.Target.Contains(other)));
        List<(LeadershipRow, IReadOnlyList<NodeId>)> plan = [];
        foreach (LeadershipRow row in rows.Where(row => row.Assignment.Target.Contains(node)))
        {
            IReadOnlyList<NodeId> target = row.Assignment.Target;
            if (IsOfTree(row))
            {
                // All silos that live have a copy anyway.
                plan.AddRange(racks.ContainsKey(node) || target.Count == 1 ? [] : [(row, target.Where(other => other != node).ToArray())]);
                continue;
            }
            string?[] taken = [.. target.Where(other => other != node && racks.ContainsKey(other)).Select(other => racks[other])];
            NodeId? heir = copies.Keys.Except(target).OrderBy(other => taken.Contains(racks[other])).ThenBy(other => copies[other]).ThenBy(other => other.Value).Select(other => (NodeId?)other).FirstOrDefault();
            if (heir is not { } found)
            {
                return null;
            }
            copies[found]++;
            plan.Add((row, [.. target.Select(other => other == node ? found : other)]));
        }
        return plan;
    }

    /// <summary>How many partitions it keeps that are to go.</summary>
    public static int CountLeft(IEnumerable<LeadershipRow> rows, NodeId node, IReadOnlyCollection<NodeId> alive) =>
        rows.Count(row => !(IsOfTree(row) && alive.Contains(node)) && (row.Replicas.Contains(node) || row.InSync.Members.Any(member => member.Node == node)));

    private static bool IsOfTree(LeadershipRow row) => row.TopicId == InternalTopics.ZNodesId;
}
