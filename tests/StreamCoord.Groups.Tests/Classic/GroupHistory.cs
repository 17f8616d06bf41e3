using System.Globalization;
using System.Text;

namespace StreamCoord.Groups.Tests.Classic;

/// <summary>What simulated members were told, held against what may be told: one protocol and one leader a generation, and to each member what that leader gave to it.</summary>
internal sealed class GroupHistory
{
    private readonly Dictionary<string, int> _numbers = [];
    private readonly Dictionary<int, (string? Protocol, int Leader)> _generations = [];
    private readonly Dictionary<(int Generation, string MemberId), List<string>> _given = [];
    private readonly Dictionary<(int Generation, int Member), string> _received = [];
    private readonly List<(int Generation, string LeaderId, string? Protocol)> _told = [];

    public int AssignedCount { get; private set; }

    public void NoteJoined(int member, JoinGroupReply reply)
    {
        _numbers[reply.MemberId] = member;
        _told.Add((reply.GenerationId, reply.Leader, reply.ProtocolName));
    }

    public void NoteAssignments(int generation, IReadOnlyList<MemberAssignment> assignments)
    {
        foreach (MemberAssignment assignment in assignments)
        {
            if (!_given.TryGetValue((generation, assignment.MemberId), out List<string>? texts))
            {
                _given.Add((generation, assignment.MemberId), texts = []);
            }
            texts.Add(Encoding.UTF8.GetString(assignment.Assignment.Span));
        }
    }

    public void NoteAssigned(int member, int generation, string assignment)
    {
        AssignedCount++;
        if (!_received.TryAdd((generation, member), assignment))
        {
            Assert.Equal(_received[(generation, member)], assignment);
        }
    }

    /// <summary>Looks at everything once every member's ids are known.</summary>
    public void Check()
    {
        foreach ((int generation, string leaderId, string? protocol) in _told.Where(told => NumberOf(told.LeaderId) >= 0))
        {
            (string?, int) told = (protocol, NumberOf(leaderId));
            Assert.True(_generations.TryAdd(generation, told) || _generations[generation] == told, $"generation {generation} has two leaders or protocols");
        }
        ILookup<(int, int), string> given = _given
            .SelectMany(pair => pair.Value.Select(text => (Key: (pair.Key.Generation, NumberOf(pair.Key.MemberId)), Text: text)))
            .ToLookup(pair => pair.Key, pair => pair.Text);
        foreach (((int generation, int member), string assignment) in _received)
        {
            Assert.Contains(assignment, given[(generation, member)]);
        }
        foreach (IGrouping<int, string> generation in _received.GroupBy(pair => pair.Key.Generation, pair => pair.Value))
        {
            Assert.Single(generation.Select(text => text[text.IndexOf(" by ", StringComparison.Ordinal)..]).Distinct());
        }
    }

    // A static member's id tells whose it is; another's is known once it was told, and who was never told it never received anything.
    private int NumberOf(string memberId) =>
        memberId[0] == 'i' ? int.Parse(memberId[1..memberId.IndexOf('-', StringComparison.Ordinal)], CultureInfo.InvariantCulture) : _numbers.GetValueOrDefault(memberId, -1);
}
