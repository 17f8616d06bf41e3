namespace StreamCoord.Groups.Classic;

/// <summary>
/// What a group gives out: answers and writes, in their order, until they are taken. Also answers the requests that wait with a member, each once. Owned by its <see cref="ClassicGroup"/>.
/// </summary>
internal sealed class GroupAnswers(GroupMembers members)
{
    private List<GroupOutput> _outputs = [];

    public IReadOnlyList<GroupOutput> Take()
    {
        if (_outputs.Count == 0)
        {
            return [];
        }
        List<GroupOutput> taken = _outputs;
        _outputs = [];
        return taken;
    }

    public void Add(GroupOutput output) => _outputs.Add(output);

    public void RefuseJoin(RequestToken token, GroupReply refusal, string memberId) =>
        _outputs.Add(new JoinAnswered(token, JoinGroupReply.Refused(refusal.Error, refusal.Message!, memberId)));

    public void RefuseSync(RequestToken token, GroupReply refusal) => _outputs.Add(new SyncAnswered(token, SyncGroupReply.Refused(refusal.Error, refusal.Message!)));

    /// <summary>What a member hears that has joined a generation; the leader hears of all.</summary>
    public JoinGroupReply Joined(GroupMember member, int generation, string? protocolType, string? protocol) => new()
    {
        GenerationId = generation,
        ProtocolType = protocolType,
        ProtocolName = protocol,
        Leader = members.Leader!.Id,
        MemberId = member.Id,
        Members = member == members.Leader ? [.. members.All.Select(each => new JoinedMember(each.Id, each.InstanceId, each.MetadataOf(protocol)))] : [],
    };

    /// <summary>Refuses whatever of a member waits.</summary>
    public void RefuseBoth(GroupMember member, GroupReply refusal)
    {
        if (members.TakeJoin(member) is { } token)
        {
            RefuseJoin(token, refusal, member.Id);
        }
        RefuseSync(member, refusal);
    }

    /// <summary>Refuses whatever of any member waits.</summary>
    public void RefuseAll(GroupReply refusal)
    {
        foreach (GroupMember member in members.All)
        {
            RefuseBoth(member, refusal);
        }
    }

    /// <summary>Refuses a member's sync; false when none waits.</summary>
    public bool RefuseSync(GroupMember member, GroupReply refusal) => AnswerSync(member, SyncGroupReply.Refused(refusal.Error, refusal.Message!));

    /// <summary>Answers a member's join; false when none waits.</summary>
    public bool AnswerJoin(GroupMember member, JoinGroupReply reply)
    {
        if (members.TakeJoin(member) is not { } token)
        {
            return false;
        }
        member.IsNameless = false;
        _outputs.Add(new JoinAnswered(token, reply));
        return true;
    }

    /// <summary>Answers a member's sync; false when none waits.</summary>
    public bool AnswerSync(GroupMember member, SyncGroupReply reply)
    {
        if (member.AwaitingSync is not { } token)
        {
            return false;
        }
        member.AwaitingSync = null;
        _outputs.Add(new SyncAnswered(token, reply));
        return true;
    }
}
