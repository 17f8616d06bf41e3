using System.Buffers.Binary;
using System.Text;
using StreamCoord.Groups.Classic;

namespace StreamCoord.Groups.Tests.Classic;

/// <summary>A group with a clock of its own, whose answers are kept by token and whose writes succeed at once unless the test holds them.</summary>
internal sealed class GroupHarness
{
    public const int SessionTimeoutMs = 10_000;
    public const int RebalanceTimeoutMs = 60_000;

    private readonly Dictionary<RequestToken, GroupOutput> _answers = [];
    private readonly GroupOptions _options;
    private long _tokens;
    private int _guids;

    public GroupHarness(GroupOptions? options = null, GroupMetadata? metadata = null)
    {
        _options = options ?? new GroupOptions();
        Group = metadata is null ? new ClassicGroup("g", _options, NowMs) : new ClassicGroup("g", _options, metadata, NowMs);
    }

    public ClassicGroup Group { get; }

    public long NowMs { get; private set; } = 1_000_000;

    public bool HoldsWrites { get; set; }

    public List<MetadataToWrite> Writes { get; } = [];

    /// <summary>What was to be written last.</summary>
    public GroupMetadata? LastWrite { get; private set; }

    public static GroupProtocol Protocol(string name, params string[] topics) => new(name, Subscription(topics));

    public static byte[] Subscription(params string[] topics)
    {
        var bytes = new List<byte>();
        bytes.AddRange([0, 1]);
        byte[] number = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, topics.Length);
        bytes.AddRange(number);
        foreach (string topic in topics)
        {
            BinaryPrimitives.WriteInt16BigEndian(number, (short)topic.Length);
            bytes.AddRange(number[..2]);
            bytes.AddRange(Encoding.UTF8.GetBytes(topic));
        }
        bytes.AddRange([255, 255, 255, 255]);
        return [.. bytes];
    }

    public static JoinGroupRequest Request(string memberId = "", string? instanceId = null, params GroupProtocol[] protocols) => new()
    {
        MemberId = memberId,
        GroupInstanceId = instanceId,
        ClientId = "c",
        ClientHost = "/127.0.0.1",
        ProtocolType = "consumer",
        Protocols = protocols.Length == 0 ? [Protocol("range", "t")] : protocols,
        SessionTimeoutMs = SessionTimeoutMs,
        RebalanceTimeoutMs = RebalanceTimeoutMs,
    };

    public RequestToken Join(JoinGroupRequest request)
    {
        var token = new RequestToken(++_tokens);
        Group.Join(token, request, new Guid(++_guids, 0, 0, new byte[8]), NowMs);
        Carry();
        return token;
    }

    public RequestToken Join(string memberId = "", string? instanceId = null, params GroupProtocol[] protocols) => Join(Request(memberId, instanceId, protocols));

    public RequestToken Sync(JoinGroupReply joined, params (string MemberId, string Assignment)[] assignments) =>
        Sync(new SyncGroupRequest(joined.GenerationId, joined.MemberId, null, null, null, Assignments(assignments)));

    public RequestToken Sync(SyncGroupRequest request)
    {
        var token = new RequestToken(++_tokens);
        Group.Sync(token, request, NowMs);
        Carry();
        return token;
    }

    public static MemberAssignment[] Assignments(params (string MemberId, string Assignment)[] assignments) =>
        [.. assignments.Select(each => new MemberAssignment(each.MemberId, Encoding.UTF8.GetBytes(each.Assignment)))];

    public ErrorCode Heartbeat(JoinGroupReply joined, string? instanceId = null)
    {
        GroupReply reply = Group.Heartbeat(new HeartbeatRequest(joined.GenerationId, joined.MemberId, instanceId), NowMs);
        Assert.Equal(reply.Error == ErrorCode.None, reply.Message is null);
        return reply.Error;
    }

    public ErrorCode[] Leave(params (string MemberId, string? InstanceId)[] members)
    {
        LeaveGroupReply reply = Group.Leave([.. members.Select(member => new LeavingMember(member.MemberId, member.InstanceId))], NowMs);
        Carry();
        return reply.Error == ErrorCode.None ? [.. reply.Members.Select(member => member.Error)] : [reply.Error];
    }

    /// <summary>Moves the clock from deadline to deadline, as a timer does.</summary>
    public void Pass(long ms)
    {
        for (long end = NowMs + ms; NowMs < end;)
        {
            NowMs = Math.Clamp(Group.NextDeadlineMs, NowMs, end);
            Group.Advance(NowMs);
            Carry();
            if (Group.NextDeadlineMs > end)
            {
                NowMs = end;
            }
        }
    }

    public void CompleteWrites(ErrorCode error = ErrorCode.None)
    {
        CompleteHeld(error);
        Carry();
    }

    public bool IsAnswered(RequestToken token) => _answers.ContainsKey(token);

    public JoinGroupReply Joined(RequestToken token) => Assert.IsType<JoinAnswered>(_answers.GetValueOrDefault(token)).Reply;

    public SyncGroupReply Synced(RequestToken token) => Assert.IsType<SyncAnswered>(_answers.GetValueOrDefault(token)).Reply;

    public string Assignment(RequestToken token)
    {
        SyncGroupReply reply = Synced(token);
        Assert.Equal(ErrorCode.None, reply.Error);
        return Encoding.UTF8.GetString(reply.Assignment.Span);
    }

    /// <summary>Has newcomers form a generation and the leader assign to each its place in the order.</summary>
    public JoinGroupReply[] Form(params JoinGroupRequest[] requests)
    {
        RequestToken[] joins = [.. requests.Select(Join)];
        Pass(_options.InitialRebalanceDelayMs * (requests.Length + 1));
        return Complete(joins);
    }

    /// <summary>Has the leader among the joined assign to each its place in the order.</summary>
    public JoinGroupReply[] Complete(params RequestToken[] joins)
    {
        JoinGroupReply[] joined = [.. joins.Select(Joined)];
        Assert.All(joined, reply => Assert.Equal(ErrorCode.None, reply.Error));
        foreach (JoinGroupReply reply in joined)
        {
            Sync(reply, reply.MemberId == reply.Leader ? [.. joined.Select((each, i) => (each.MemberId, $"{i}"))] : []);
        }
        Assert.Equal(GroupState.Stable, Group.State);
        return joined;
    }

    private void Carry()
    {
        while (Group.TakeOutputs() is { Count: > 0 } outputs)
        {
            foreach (GroupOutput output in outputs)
            {
                Take(output);
            }
            if (!HoldsWrites)
            {
                CompleteHeld(ErrorCode.None);
            }
        }
    }

    private void Take(GroupOutput output)
    {
        switch (output)
        {
            case JoinAnswered answer:
                _answers.Add(answer.Token, answer);
                break;
            case SyncAnswered answer:
                _answers.Add(answer.Token, answer);
                break;
            case MetadataToWrite write:
                Writes.Add(write);
                LastWrite = write.Metadata;
                break;
        }
    }

    private void CompleteHeld(ErrorCode error)
    {
        MetadataToWrite[] held = [.. Writes];
        Writes.Clear();
        foreach (MetadataToWrite write in held)
        {
            Group.CompleteWrite(write.WriteId, error, error == ErrorCode.None ? null : "It failed.", NowMs);
        }
    }
}
