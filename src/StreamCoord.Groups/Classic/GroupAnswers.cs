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

    /// <summary>Refuses whatever of a member waits.</summary>
    public void RefuseBoth(GroupMember member, GroupReply refusal)
    {
        if (members.TakeJoin(member) is { } token)
        {
            RefuseJoin(token, refusal, member.Id);
        }
        RefuseSync(member, refusal);
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
