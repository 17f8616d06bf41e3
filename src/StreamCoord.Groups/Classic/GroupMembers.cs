namespace StreamCoord.Groups.Classic;

/// <summary>
/// The members of a group, with their lasting names, their leader and how many support which protocol. Not safe for concurrent use. Always the leader is a member, and there is one as long as there
/// are members; a lasting name belongs to one member.
/// </summary>
internal sealed class GroupMembers
{
    private readonly List<GroupMember> _inOrder = [];
    private readonly Dictionary<string, GroupMember> _byId = [];
    private readonly Dictionary<string, GroupMember> _byInstance = [];
    private readonly Dictionary<string, int> _supporters = [];

    /// <summary>All, in the order in which they joined first.</summary>
    public IReadOnlyList<GroupMember> All => _inOrder;

    public int Count => _inOrder.Count;

    /// <summary>How many have joined the next generation.</summary>
    public int JoiningCount { get; private set; }

    public GroupMember? Leader { get; private set; }

    /// <summary>How long the slowest may take to join again.</summary>
    public int RebalanceTimeoutMs => _inOrder.Count == 0 ? 0 : _inOrder.Max(member => member.RebalanceTimeoutMs);

    public GroupMember? Find(string id) => _byId.GetValueOrDefault(id);

    public GroupMember? FindInstance(string? instanceId) => instanceId is null ? null : _byInstance.GetValueOrDefault(instanceId);

    public void Add(GroupMember member, IReadOnlyList<GroupProtocol> protocols)
    {
        _byId.Add(member.Id, member);
        _inOrder.Add(member);
        if (member.InstanceId is { } instance)
        {
            _byInstance.Add(instance, member);
        }
        SetProtocols(member, protocols);
        Leader ??= member;
    }

    public void Remove(GroupMember member)
    {
        SetProtocols(member, []);
        _inOrder.Remove(member);
        _byId.Remove(member.Id);
        if (member.InstanceId is { } instance)
        {
            _byInstance.Remove(instance);
        }
        if (Leader == member)
        {
            Leader = _inOrder.FirstOrDefault();
        }
    }

    /// <summary>Gives a static member the id of the process that has taken its place; it stays what it was, also the leader.</summary>
    public void Rename(GroupMember member, string id)
    {
        _byId.Remove(member.Id);
        member.Id = id;
        _byId.Add(id, member);
    }

    public void SetLeader(string? id) => Leader = id is null ? Leader : Find(id) ?? Leader;

    public void SetProtocols(GroupMember member, IReadOnlyList<GroupProtocol> protocols)
    {
        foreach (string name in Names(member.Protocols))
        {
            _supporters[name]--;
        }
        member.Protocols = protocols;
        foreach (string name in Names(protocols))
        {
            _supporters[name] = _supporters.GetValueOrDefault(name) + 1;
        }
    }

    /// <summary>Has a member wait for the next generation; returns the request of it that waited before, if any did.</summary>
    public RequestToken? BeginJoin(GroupMember member, RequestToken token)
    {
        RequestToken? before = TakeJoin(member);
        member.AwaitingJoin = token;
        JoiningCount++;
        return before;
    }

    /// <summary>The request with which a member waits, which is to be answered now; null when it does not wait.</summary>
    public RequestToken? TakeJoin(GroupMember member)
    {
        RequestToken? token = member.AwaitingJoin;
        member.AwaitingJoin = null;
        JoiningCount -= token is null ? 0 : 1;
        return token;
    }

    /// <summary>True when all others than <paramref name="member"/> know one of the protocols.</summary>
    public bool OthersSupportOneOf(IReadOnlyList<GroupProtocol> protocols, GroupMember? member)
    {
        int others = member is null ? Count : Count - 1;
        return protocols.Any(protocol => _supporters.GetValueOrDefault(protocol.Name) - (member is not null && member.Knows(protocol.Name) ? 1 : 0) == others);
    }

    /// <summary>Has a member that has joined lead when the leader has not; false when nobody has joined.</summary>
    public bool TryElectJoinedLeader()
    {
        if (Leader?.AwaitingJoin is null)
        {
            Leader = _inOrder.Find(member => member.AwaitingJoin is not null) ?? Leader;
        }
        return Leader?.AwaitingJoin is not null;
    }

    /// <summary>The protocol with the most votes; each member gives its vote to the first of its own that all support. At a tie the one that was voted for first.</summary>
    public string SelectProtocol()
    {
        List<string> candidates = [];
        Dictionary<string, int> votes = [];
        foreach (GroupMember member in _inOrder)
        {
            string vote = member.Protocols.First(protocol => IsSupportedByAll(protocol.Name)).Name;
            if (!votes.TryAdd(vote, 1))
            {
                votes[vote]++;
            }
            else
            {
                candidates.Add(vote);
            }
        }
        return candidates.MaxBy(candidate => votes[candidate])!;
    }

    /// <summary>Those whose clients know their ids, with all that they support.</summary>
    public IReadOnlyList<MemberMetadata> ToMetadata(string? protocol) =>
        [.. _inOrder.Where(member => !member.IsNameless).Select(member => member.ToMetadata(protocol, member.Assignment) with { Protocols = member.Protocols })];

    /// <summary>The topics that they read, when their protocol tells; else null.</summary>
    public IReadOnlySet<string>? ReadTopics(string? protocolType, string? protocol)
    {
        var topics = new HashSet<string>();
        bool tells = protocolType == ConsumerSubscription.ProtocolType && _inOrder.All(member => ConsumerSubscription.TryReadTopics(member.MetadataOf(protocol).Span, topics));
        return tells ? topics : null;
    }

    private bool IsSupportedByAll(string protocol) => _supporters.GetValueOrDefault(protocol) == _inOrder.Count;

    private static IEnumerable<string> Names(IReadOnlyList<GroupProtocol> protocols) => protocols.Select(protocol => protocol.Name).Distinct();
}
