using StreamCoord.Topics;

namespace StreamCoord.Grains.Topics;

/// <summary>What a topic may be. Pure; each check returns null for a legal request, else the refusal.</summary>
internal static class TopicRules
{
    /// <summary>Whether a client may create or change a topic of that name.</summary>
    public static TopicReply? CheckName(string name)
    {
        if (TopicName.Check(name) is { } problem)
        {
            return TopicReply.Refused(ErrorCode.InvalidTopicException, problem);
        }
        return TopicName.IsInternal(name)
            ? TopicReply.Refused(
                ErrorCode.InvalidTopicException,
                $"'{name}' is a name that the service keeps for itself: names that begin with '{TopicName.InternalPrefix}' cannot be created or changed.")
            : null;
    }

    public static TopicReply? CheckNew(int partitionCount, short replicationFactor, int nodeCount, IEnumerable<KeyValuePair<string, string>> configs)
    {
        if (CheckPartitionCount(partitionCount) is { } badCount)
        {
            return badCount;
        }
        return CheckNodes(replicationFactor, nodeCount) ?? CheckConfigs(configs);
    }

    /// <summary>As <see cref="CheckNew"/>, for a topic whose copies are placed by hand.</summary>
    public static TopicReply? CheckAssigned(IReadOnlyList<IReadOnlyList<NodeId>> assignments, IReadOnlyCollection<NodeId> alive, int factor, IEnumerable<KeyValuePair<string, string>> configs) =>
        CheckPartitionCount(assignments.Count) ?? CheckAssignments(assignments, alive, factor) ?? CheckConfigs(configs);

    /// <summary>Whether partitions may be placed so: each on as many nodes as the others, which live, and on none twice.</summary>
    public static TopicReply? CheckAssignments(IReadOnlyList<IReadOnlyList<NodeId>> assignments, IReadOnlyCollection<NodeId> alive, int factor)
    {
        foreach (IReadOnlyList<NodeId> nodes in assignments)
        {
            string? problem = nodes.Count == 0 ? "A partition cannot be kept by no broker."
                : nodes.Count != factor ? $"A partition is assigned to {nodes.Count} brokers and others to {factor}: all have the same number of replicas."
                : nodes.Distinct().Count() < nodes.Count ? $"A partition is assigned to a broker twice: {string.Join(", ", nodes)}."
                : nodes.Where(node => !alive.Contains(node)).Select(node => (NodeId?)node).FirstOrDefault() is { } gone ? $"A partition is assigned to broker {gone}, which does not live. There are: {string.Join(", ", alive)}."
                : null;
            if (problem is not null)
            {
                return TopicReply.Refused(ErrorCode.InvalidReplicaAssignment, problem);
            }
        }
        return null;
    }

    /// <summary>Whether there are nodes enough for that many copies.</summary>
    public static TopicReply? CheckNodes(short replicationFactor, int nodeCount)
    {
        return replicationFactor >= 1 && replicationFactor <= nodeCount
            ? null
            : TopicReply.Refused(
                ErrorCode.InvalidReplicationFactor,
                $"A replication factor of {replicationFactor} cannot be met: it takes a number from 1 to the number of nodes, and there {(nodeCount == 1 ? "is 1 node" : $"are {nodeCount} nodes")}.");
    }

    /// <summary>Partitions are not added while others are moved, as in Kafka.</summary>
    public static TopicReply? CheckAtRest(TopicDescription topic) => !topic.Partitions.Any(partition => partition.IsMoving)
        ? null
        : TopicReply.Refused(ErrorCode.ReassignmentInProgress, $"Partitions of topic '{topic.Name}' are being moved. Try again when they are where they are to be.");

    public static TopicReply? CheckGrowth(int present, int wanted)
    {
        return wanted > present
            ? CheckPartitionCount(wanted)
            : TopicReply.Refused(
                ErrorCode.InvalidPartitions, $"The topic has {present} partitions; the number can only rise, and {wanted} is not higher.");
    }

    public static TopicReply? CheckConfigs(IEnumerable<KeyValuePair<string, string>> configs) =>
        TopicConfigs.Check(configs) is { } problem ? TopicReply.Refused(ErrorCode.InvalidConfig, problem) : null;

    /// <summary>
    /// Carries <paramref name="changes"/> out on a copy of <paramref name="configs"/>, which it returns in <paramref name="changed"/>.
    /// </summary>
    public static TopicReply? TryChange(
        IReadOnlyDictionary<string, string> configs, IReadOnlyList<ConfigChange> changes, out Dictionary<string, string> changed)
    {
        changed = new Dictionary<string, string>(configs);
        var seen = new HashSet<string>();
        foreach (ConfigChange change in changes)
        {
            if (!seen.Add(change.Name))
            {
                return TopicReply.Refused(ErrorCode.InvalidRequest, $"'{change.Name}' is changed twice in one request.");
            }
            if (CheckOperation(change) is { } illegal)
            {
                return illegal;
            }
            string? wanted = change.Operation == ConfigOperation.Set ? change.Value : ChangeWords(TopicConfigs.Value(configs, change.Name), change);
            string value = wanted ?? TopicConfigs.Find(change.Name)?.Default ?? "";
            if (CheckConfigs([KeyValuePair.Create(change.Name, value)]) is { } refusal)
            {
                return refusal;
            }
            if (wanted is null)
            {
                changed.Remove(change.Name);
            }
            else
            {
                changed[change.Name] = wanted;
            }
        }
        return null;
    }

    private static TopicReply? CheckOperation(ConfigChange change)
    {
        if (change.Operation == ConfigOperation.Set)
        {
            return null;
        }
        if (change.Value is null)
        {
            return TopicReply.Refused(ErrorCode.InvalidRequest, $"The words to add to '{change.Name}' or to take away from it lack.");
        }
        return TopicConfigs.Find(change.Name) is not { } definition
            ? CheckConfigs([KeyValuePair.Create(change.Name, change.Value)])
            : definition.Type == TopicConfigType.WordList
                ? null
                : TopicReply.Refused(ErrorCode.InvalidConfig, $"'{change.Name}' is not a list, so nothing can be added to it or taken away from it; it can be set.");
    }

    private static string ChangeWords(string present, ConfigChange change)
    {
        IReadOnlyList<string> words = TopicConfigDefinition.SplitWords(present);
        IReadOnlyList<string> changed = TopicConfigDefinition.SplitWords(change.Value!);
        return string.Join(',', change.Operation == ConfigOperation.Append ? words.Union(changed) : words.Except(changed));
    }

    private static TopicReply? CheckPartitionCount(int partitionCount)
    {
        return partitionCount is >= 1 and <= CreateTopicRequest.PartitionCountMax
            ? null
            : TopicReply.Refused(
                ErrorCode.InvalidPartitions, $"{partitionCount} is not a partition count: it takes a number from 1 to {CreateTopicRequest.PartitionCountMax}.");
    }
}
