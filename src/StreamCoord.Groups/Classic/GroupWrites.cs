namespace StreamCoord.Groups.Classic;

/// <summary>The writes of a group that are under way. Owned by its <see cref="ClassicGroup"/>.</summary>
internal sealed class GroupWrites(GroupAnswers answers)
{
    private readonly Dictionary<long, PendingWrite> _pending = [];
    private long _lastId;

    /// <summary>Whether the assignments of a generation are being written.</summary>
    public bool HasAssignmentsOf(int generation) => _pending.Values.Any(write => write.Assignments is not null && write.Generation == generation);

    public void Begin(PendingWrite write, GroupMetadata metadata)
    {
        _pending.Add(++_lastId, write);
        answers.Add(new MetadataToWrite(_lastId, metadata));
    }

    /// <summary>The write, which is not under way any more; a static member that waits for it is answered.</summary>
    public PendingWrite Complete(long writeId, ErrorCode error, string? message)
    {
        bool isKnown = _pending.Remove(writeId, out PendingWrite? write);
        Invariant.Holds(isKnown);
        if (write!.Replacement is { } replacement)
        {
            answers.Add(error == ErrorCode.None ? replacement : new JoinAnswered(replacement.Token, JoinGroupReply.Refused(error, message!)));
        }
        return write;
    }

    /// <summary>Refuses the static members that wait for writes.</summary>
    public void RefuseReplacements(GroupReply refusal)
    {
        foreach ((long writeId, PendingWrite write) in _pending.Where(pair => pair.Value.Replacement is not null).ToArray())
        {
            answers.RefuseJoin(write.Replacement!.Token, refusal, write.Replacement.Reply.MemberId);
            _pending[writeId] = write with { Replacement = null };
        }
    }
}
