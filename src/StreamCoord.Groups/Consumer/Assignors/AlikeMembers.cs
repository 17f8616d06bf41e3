namespace StreamCoord.Groups.Consumer.Assignors;

/// <summary>Assigns to members that all read the same topics: each has a quota, keeps what it has up to that, and gets the rest in turns. For one use.</summary>
internal sealed class AlikeMembers
{
    private readonly AssignmentMember[] _members;
    private readonly TopicIdPartition[] _partitions;
    private readonly List<TopicIdPartition>[] _given;

    public AlikeMembers(AssignmentMember[] members)
    {
        _members = members;
        _partitions = [.. members[0].Topics.SelectMany(topic => Enumerable.Range(0, topic.PartitionCount).Select(partition => new TopicIdPartition(topic.TopicId, partition)))];
        _given = [.. members.Select(_ => new List<TopicIdPartition>())];
    }

    public IReadOnlyDictionary<string, PartitionSet> Assign()
    {
        HashSet<TopicIdPartition> left = [.. _partitions];
        (int each, int larger) = int.DivRem(_partitions.Length, _members.Length);
        List<TopicIdPartition>[] kept = [.. _members.Select(member => member.Current.Where(left.Contains).ToList())];
        int[] quotas = Quotas(kept, each, larger);
        for (int i = 0; i < _members.Length; i++)
        {
            _given[i].AddRange(kept[i].Where(left.Remove).Take(quotas[i]));
        }
        // What was cut off is free again.
        HashSet<TopicIdPartition> taken = [.. _given.SelectMany(given => given)];
        Deal(_partitions.Where(partition => !taken.Contains(partition)), quotas);
        return _members.Select((member, i) => (member.MemberId, Given: PartitionSet.From(_given[i]))).ToDictionary(pair => pair.MemberId, pair => pair.Given);
    }

    // The larger quotas go to those who have the most, so that the fewest partitions move.
    private int[] Quotas(List<TopicIdPartition>[] kept, int each, int larger)
    {
        int[] quotas = new int[_members.Length];
        Array.Fill(quotas, each);
        foreach (int i in Enumerable.Range(0, _members.Length).OrderByDescending(i => kept[i].Count).Take(larger))
        {
            quotas[i]++;
        }
        return quotas;
    }

    private void Deal(IEnumerable<TopicIdPartition> free, int[] quotas)
    {
        var turns = new Queue<int>(Enumerable.Range(0, _members.Length).Where(i => _given[i].Count < quotas[i]));
        foreach (TopicIdPartition partition in free)
        {
            int i = turns.Dequeue();
            _given[i].Add(partition);
            if (_given[i].Count < quotas[i])
            {
                turns.Enqueue(i);
            }
        }
    }
}
