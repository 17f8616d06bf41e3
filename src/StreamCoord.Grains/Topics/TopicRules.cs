using StreamCoord.Topics;

namespace StreamCoord.Grains.Topics;

/// <summary>What a topic may be. Pure; each check returns null for a legal request, else the refusal.</summary>
internal static class TopicRules
{
    /// <summary>How many nodes there are to keep copies: a silo on its own is the whole cluster.</summary>
    private const int NodeCount = 1;

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

    public static TopicReply? CheckNew(int partitionCount, short replicationFactor, IEnumerable<KeyValuePair<string, string>> configs)
    {
        if (CheckPartitionCount(partitionCount) is { } badCount)
        {
            return badCount;
        }
        if (replicationFactor is < 1 or > NodeCount)
        {
            return TopicReply.Refused(
                ErrorCode.InvalidReplicationFactor,
                $"A replication factor of {replicationFactor} cannot be met: it takes a number from 1 to the number of nodes, and there is {NodeCount} node.");
        }
        return CheckConfigs(configs);
    }

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
            string value = change.Value ?? TopicConfigs.Find(change.Name)?.Default ?? "";
            if (CheckConfigs([KeyValuePair.Create(change.Name, value)]) is { } refusal)
            {
                return refusal;
            }
            if (change.Value is null)
            {
                changed.Remove(change.Name);
            }
            else
            {
                changed[change.Name] = change.Value;
            }
        }
        return null;
    }

    private static TopicReply? CheckPartitionCount(int partitionCount)
    {
        return partitionCount is >= 1 and <= CreateTopicRequest.PartitionCountMax
            ? null
            : TopicReply.Refused(
                ErrorCode.InvalidPartitions, $"{partitionCount} is not a partition count: it takes a number from 1 to {CreateTopicRequest.PartitionCountMax}.");
    }
}
