using System.Text;
using StreamCoord.Groups.Classic;

namespace StreamCoord.Groups.Tests.Classic;

/// <summary>
/// A client as Kafka's are: joins, syncs, sends heartbeats, and joins again when it is told to. As a process it may die at any moment; a static one comes back under its name.
/// </summary>
internal sealed class SimulatedMember(int number, GroupHarness group, GroupHistory history, Random random)
{
    private const int HeartbeatMs = 3_000;

    private readonly string? _instanceId = number % 3 == 0 ? $"i{number}" : null;
    private GroupProtocol[] _protocols = [GroupHarness.Protocol("range", "t")];
    private string _id = "";
    private RequestToken? _join;
    private RequestToken? _sync;
    private JoinGroupReply? _joined;
    private long _heartbeatMs;

    public bool IsRunning { get; private set; }

    /// <summary>The generation of which the member has an assignment, or 0.</summary>
    public int StableGeneration { get; private set; }

    public string Id => _id;

    public void Start()
    {
        IsRunning = true;
        if (random.Next(2) == 0)
        {
            string[] names = ["range", "sticky", "roundrobin"];
            random.Shuffle(names);
            _protocols = [.. names.Select(name => GroupHarness.Protocol(name, "t", $"u{random.Next(3)}"))];
        }
    }

    /// <summary>The process dies, and nobody hears of it.</summary>
    public void Crash()
    {
        IsRunning = false;
        (_id, _join, _sync, _joined, StableGeneration) = ("", null, null, null, 0);
    }

    public void Leave()
    {
        if (_id.Length > 0)
        {
            group.Leave((_id, _instanceId));
        }
        Crash();
    }

    /// <summary>Does what is next to do for a client.</summary>
    public void Step()
    {
        if (_join is { } join)
        {
            if (group.IsAnswered(join))
            {
                _join = null;
                TakeJoin(group.Joined(join));
            }
        }
        else if (_sync is { } sync)
        {
            if (group.IsAnswered(sync))
            {
                _sync = null;
                TakeSync(group.Synced(sync));
            }
        }
        else if (_joined is null)
        {
            _join = group.Join(GroupHarness.Request(_id, _instanceId, _protocols) with
            {
                RequiresKnownMemberId = number % 2 == 0,
                SupportsSkippingAssignment = number % 2 == 0,
                RebalanceTimeoutMs = 20_000,
            });
        }
        else if (group.NowMs - _heartbeatMs >= HeartbeatMs || random.Next(20) == 0)
        {
            _heartbeatMs = group.NowMs;
            Follow(group.Heartbeat(_joined, _instanceId));
        }
    }

    private void TakeJoin(JoinGroupReply reply)
    {
        if (reply.Error != ErrorCode.None)
        {
            _id = reply.Error == ErrorCode.MemberIdRequired ? reply.MemberId : _id;
            Follow(reply.Error);
            return;
        }
        (_id, _joined, _heartbeatMs) = (reply.MemberId, reply, group.NowMs);
        history.NoteJoined(number, reply);
        string stamp = $"{_id} {random.Next()}";
        MemberAssignment[] assignments = reply.Leader == _id && !reply.SkipAssignment
            ? [.. reply.Members.Select(member => new MemberAssignment(member.MemberId, Encoding.UTF8.GetBytes($"{reply.GenerationId} to {member.MemberId} by {stamp}")))]
            : [];
        history.NoteAssignments(reply.GenerationId, assignments);
        _sync = group.Sync(new SyncGroupRequest(reply.GenerationId, _id, _instanceId, reply.ProtocolType, reply.ProtocolName, assignments));
    }

    private void TakeSync(SyncGroupReply reply)
    {
        if (reply.Error != ErrorCode.None)
        {
            Follow(reply.Error);
            return;
        }
        StableGeneration = _joined!.GenerationId;
        history.NoteAssigned(number, StableGeneration, Encoding.UTF8.GetString(reply.Assignment.Span));
    }

    private void Follow(ErrorCode error)
    {
        Assert.NotEqual(ErrorCode.FencedInstanceId, error);
        if (error == ErrorCode.None)
        {
            return;
        }
        (_joined, StableGeneration) = (null, 0);
        if (error == ErrorCode.UnknownMemberId)
        {
            _id = "";
        }
        else
        {
            Assert.Contains(error, (ErrorCode[])[ErrorCode.MemberIdRequired, ErrorCode.RebalanceInProgress, ErrorCode.IllegalGeneration, ErrorCode.CoordinatorNotAvailable]);
        }
    }
}
