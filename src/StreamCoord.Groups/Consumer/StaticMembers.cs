namespace StreamCoord.Groups.Consumer;

/// <summary>The members that have lasting names. Not safe for concurrent use. Always a name belongs to one member.</summary>
internal sealed class StaticMembers
{
    private readonly Dictionary<string, string> _members = [];

    /// <summary>The member of that name, or null.</summary>
    public string? Find(string? instanceId) => instanceId is null ? null : _members.GetValueOrDefault(instanceId);

    /// <summary>Takes over the name that a member has now instead of the one that it had.</summary>
    public void Move(string memberId, string? before, string? after)
    {
        if (before is not null)
        {
            _members.Remove(before);
        }
        if (after is not null)
        {
            _members.Add(after, memberId);
        }
    }
}
