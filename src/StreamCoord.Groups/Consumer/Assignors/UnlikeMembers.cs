namespace StreamCoord.Groups.Consumer.Assignors;

/// <summary>
/// Assigns to members that read different topics. Everybody keeps what it has and still reads; what is free goes to the reader with the least; then partitions move, also along chains of members, as
/// long as somebody with the least gains from one with two more. For one use.
/// </summary>
/// <remarks>A chain that evens out two loads is what is left when an assignment is not the most even one (optimal semi-matching), so the end is the most even. The search for chains has a limit.</remarks>
internal sealed class UnlikeMembers
{
    /// <summary>The most readers that are looked at while chains are searched for: about a second. What is uneven then stays so until the next assignment.</summary>
    private const long LooksMax = 50_000_000;

    private readonly AssignmentMember[] _members;
    private readonly List<ImageTopic> _topics = [];
    private readonly List<List<int>> _readers = [];
    private readonly int[][] _topicsOf;
    private readonly Dictionary<int, SortedSet<int>>[] _held;
    private readonly int[] _load;
    private long _looks;

    public UnlikeMembers(AssignmentMember[] members)
    {
        _members = members;
        _load = new int[members.Length];
        _held = [.. members.Select(_ => new Dictionary<int, SortedSet<int>>())];
        var numbers = new Dictionary<TopicId, int>();
        _topicsOf = [.. members.Select((member, i) => member.Topics.Select(topic => Number(topic, i, numbers)).ToArray())];
        Keep(numbers);
    }

    public IReadOnlyDictionary<string, PartitionSet> Assign()
    {
        // Those with the fewest readers have the least choice.
        foreach (int topic in Enumerable.Range(0, _topics.Count).OrderBy(topic => _readers[topic].Count))
        {
            GiveFree(topic);
        }
        Balance();
        return _members.Select((member, i) => (member.MemberId, i)).ToDictionary(pair => pair.MemberId, pair => SetOf(pair.i));
    }

    private int Number(ImageTopic topic, int reader, Dictionary<TopicId, int> numbers)
    {
        if (!numbers.TryGetValue(topic.TopicId, out int number))
        {
            numbers.Add(topic.TopicId, number = _topics.Count);
            _topics.Add(topic);
            _readers.Add([]);
        }
        _readers[number].Add(reader);
        return number;
    }

    private void Keep(Dictionary<TopicId, int> numbers)
    {
        HashSet<TopicIdPartition> taken = [];
        for (int i = 0; i < _members.Length; i++)
        {
            HashSet<int> read = [.. _topicsOf[i]];
            foreach (TopicIdPartition partition in _members[i].Current)
            {
                if (numbers.TryGetValue(partition.TopicId, out int topic) && read.Contains(topic) && partition.Partition < _topics[topic].PartitionCount && taken.Add(partition))
                {
                    Give(i, topic, partition.Partition);
                }
            }
        }
    }

    private void GiveFree(int topic)
    {
        HashSet<int> taken = [.. _readers[topic].SelectMany(reader => _held[reader].GetValueOrDefault(topic) ?? [])];
        var byLoad = new PriorityQueue<int, (int Load, int Reader)>(_readers[topic].Select(reader => (reader, (_load[reader], reader))));
        for (int partition = 0; partition < _topics[topic].PartitionCount; partition++)
        {
            if (!taken.Contains(partition))
            {
                int reader = byLoad.Dequeue();
                Give(reader, topic, partition);
                byLoad.Enqueue(reader, (_load[reader], reader));
            }
        }
    }

    private void Balance()
    {
        for (bool hasMoved = true; hasMoved && _looks < LooksMax;)
        {
            hasMoved = false;
            foreach (int poor in Enumerable.Range(0, _members.Length).OrderBy(i => _load[i]).ToArray())
            {
                while (_looks < LooksMax && FindChain(poor) is { } chain)
                {
                    chain.ForEach(move => Move(move.From, move.To, move.Topic));
                    hasMoved = true;
                }
            }
        }
    }

    /// <summary>A way from somebody with two partitions more to a member, in the order in which partitions have to be moved; null when there is none.</summary>
    private List<(int From, int To, int Topic)>? FindChain(int poor)
    {
        var cameTo = new Dictionary<int, (int To, int Topic)> { [poor] = (poor, -1) };
        HashSet<int> seen = [];
        var open = new Queue<int>([poor]);
        while (open.TryDequeue(out int taker))
        {
            foreach (int topic in _topicsOf[taker].Where(seen.Add))
            {
                _looks += _readers[topic].Count;
                foreach (int giver in _readers[topic].Where(reader => _held[reader].ContainsKey(topic) && cameTo.TryAdd(reader, (taker, topic))))
                {
                    if (_load[giver] >= _load[poor] + 2)
                    {
                        return Chain(giver, poor, cameTo);
                    }
                    open.Enqueue(giver);
                }
            }
        }
        return null;
    }

    private static List<(int From, int To, int Topic)> Chain(int rich, int poor, Dictionary<int, (int To, int Topic)> cameTo)
    {
        List<(int From, int To, int Topic)> chain = [];
        for (int from = rich; from != poor; from = cameTo[from].To)
        {
            chain.Add((from, cameTo[from].To, cameTo[from].Topic));
        }
        return chain;
    }

    private void Move(int from, int to, int topic)
    {
        SortedSet<int> held = _held[from][topic];
        // Rather one that is no loss of what the member had.
        int partition = held.Reverse().FirstOrDefault(number => !_members[from].Current.Contains(new TopicIdPartition(_topics[topic].TopicId, number)), held.Max);
        held.Remove(partition);
        if (held.Count == 0)
        {
            _held[from].Remove(topic);
        }
        _load[from]--;
        Give(to, topic, partition);
    }

    private void Give(int member, int topic, int partition)
    {
        if (!_held[member].TryGetValue(topic, out SortedSet<int>? held))
        {
            _held[member].Add(topic, held = []);
        }
        held.Add(partition);
        _load[member]++;
    }

    private PartitionSet SetOf(int member) =>
        PartitionSet.From(_held[member].SelectMany(pair => pair.Value.Select(partition => new TopicIdPartition(_topics[pair.Key].TopicId, partition))));
}
