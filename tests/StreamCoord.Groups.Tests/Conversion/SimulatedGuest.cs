using StreamCoord.Groups.Classic;
using StreamCoord.Groups.Consumer;

namespace StreamCoord.Groups.Tests.Conversion;

/// <summary>
/// A consumer of the classic protocol as Kafka's are, one thing at a time: an eager one gives everything back before it joins, a cooperative one goes on reading and gives back what it is not given
/// again. As leader it assigns. It does not know which type its group is of. It is late now and then, and answers get lost.
/// </summary>
internal sealed class SimulatedGuest(int number, MixedHarness group, bool isCooperative)
{
    /// <summary>A client that has heard nothing for so long reads no more: its session may be over.</summary>
    private const int GiveUpMs = 25_000;

    private readonly string[] _protocols = isCooperative ? ["cooperative-sticky"] : number % 2 == 0 ? ["range", "roundrobin"] : ["roundrobin", "range"];
    private string _id = "";
    private string[] _topics = [];
    private RequestToken? _join;
    private RequestToken? _sync;
    private JoinGroupReply? _joined;
    private bool _mustJoin = true;
    private long _heardMs = group.NowMs;
    private long _imageVersion;
    private int _restarts;
    private PartitionSet _wanted = PartitionSet.Empty;

    public string? InstanceId { get; } = number % 4 == 0 ? $"i{number}" : null;

    public string Id => _id;

    /// <summary>What it reads.</summary>
    public PartitionSet Owned { get; private set; } = PartitionSet.Empty;

    public void Subscribe(params string[] topics) => (_topics, _mustJoin) = (topics, true);

    public void Leave()
    {
        GiveUp();
        if (_id.Length > 0)
        {
            group.Leave(_id, InstanceId);
        }
    }

    /// <summary>Stops reading when it has heard nothing for too long.</summary>
    public void Watch()
    {
        if ((_join ?? _sync) is { } token)
        {
            _heardMs = group.IsAnswered(token) ? Math.Max(_heardMs, group.AnsweredMs(token)) : group.NowMs;
        }
        if (group.NowMs - _heardMs > GiveUpMs)
        {
            GiveUp();
        }
    }

    /// <summary>Does what is next to do for a client.</summary>
    public void Step(bool answerIsLost)
    {
        if ((_join ?? _sync) is { } token)
        {
            if (group.IsAnswered(token))
            {
                Hear(token, answerIsLost);
            }
        }
        else if (!Owned.IsSubsetOf(_wanted))
        {
            (Owned, _mustJoin) = (Owned.Intersect(_wanted), true);
        }
        else if (_joined is null || _mustJoin || IsToAssignAnew())
        {
            Join();
        }
        else
        {
            ErrorCode error = group.Heartbeat(_id, _joined.GenerationId, InstanceId);
            if (!answerIsLost)
            {
                _heardMs = group.NowMs;
                Follow(error);
            }
        }
    }

    // A leader watches the topics; a service that assigns does that itself, and names no leader.
    private bool IsToAssignAnew() => _joined!.Leader == _id && _imageVersion != group.Image.Version;

    private void Join()
    {
        if (!isCooperative)
        {
            (Owned, _wanted) = (PartitionSet.Empty, PartitionSet.Empty);
        }
        byte[] said = Embedded.Subscription(_topics, group.Image.NamesOf(Owned));
        (_joined, _imageVersion, _mustJoin) = (null, group.Image.Version, false);
        _restarts = _id.Length == 0 ? group.Restarts : _restarts;
        _join = group.Join(new JoinGroupRequest
        {
            MemberId = _id,
            GroupInstanceId = InstanceId,
            ClientId = "c",
            ClientHost = "/h",
            ProtocolType = "consumer",
            Protocols = [.. _protocols.Select(name => new GroupProtocol(name, said))],
            SessionTimeoutMs = MixedHarness.SessionTimeoutMs,
            RebalanceTimeoutMs = MixedHarness.RebalanceTimeoutMs,
            RequiresKnownMemberId = number % 3 > 0,
            SupportsSkippingAssignment = true,
        });
    }

    private void Hear(RequestToken token, bool answerIsLost)
    {
        bool isJoin = _join is not null;
        (_join, _sync) = (null, null);
        if (answerIsLost || group.IsCutOff(token))
        {
            _mustJoin = true;
            return;
        }
        _heardMs = group.AnsweredMs(token);
        if (isJoin)
        {
            TakeJoin(group.Joined(token));
        }
        else
        {
            TakeSync(group.Synced(token));
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
        (_id, _joined) = (reply.MemberId, reply);
        // It does not know which topics the assignment is from that its former self made.
        _imageVersion = reply.SkipAssignment ? -1 : _imageVersion;
        _sync = group.Sync(new SyncGroupRequest(reply.GenerationId, _id, InstanceId, reply.ProtocolType, reply.ProtocolName, reply.Leader == _id && !reply.SkipAssignment ? Assign(reply) : []));
    }

    private void TakeSync(SyncGroupReply reply)
    {
        if (reply.Error != ErrorCode.None)
        {
            Follow(reply.Error);
            return;
        }
        _wanted = Embedded.Read(reply.Assignment, group.Image);
        Assert.True(isCooperative || Owned.Count == 0);
        Owned = Owned.Union(_wanted);
    }

    private void Follow(ErrorCode error)
    {
        switch (error)
        {
            case ErrorCode.None:
                break;
            case ErrorCode.UnknownMemberId:
                GiveUp();
                _id = "";
                break;
            case ErrorCode.IllegalGeneration:
                GiveUp();
                break;
            case ErrorCode.FencedInstanceId:
                // The new id of a static member is durable in a classic group with the next assignment only.
                Assert.True(group.Restarts > _restarts);
                GiveUp();
                _id = "";
                break;
            default:
                Assert.True(error is ErrorCode.RebalanceInProgress or ErrorCode.MemberIdRequired, $"{error}");
                _mustJoin = true;
                break;
        }
    }

    private void GiveUp()
    {
        (Owned, _wanted) = (PartitionSet.Empty, PartitionSet.Empty);
        (_join, _sync, _joined, _mustJoin) = (null, null, null, true);
    }

    /// <summary>Gives each partition to one of its readers; with cooperative members not before whoever has it has given it back.</summary>
    private List<MemberAssignment> Assign(JoinGroupReply reply)
    {
        var members = reply.Members.Select(member => (member.MemberId, Said: EmbeddedSubscription.TryRead(member.Metadata.Span)!, Given: new List<TopicPartition>())).OrderBy(member => member.MemberId).ToArray();
        foreach (string topic in members.SelectMany(member => member.Said.Topics).Distinct())
        {
            var readers = members.Where(member => member.Said.Topics.Contains(topic)).ToArray();
            for (int partition = 0; partition < (group.Image.Find(topic)?.PartitionCount ?? 0); partition++)
            {
                var one = new TopicPartition(topic, partition);
                var reader = readers[partition % readers.Length];
                if (!members.Any(member => member.MemberId != reader.MemberId && member.Said.Owned.Contains(one)))
                {
                    reader.Given.Add(one);
                }
            }
        }
        return [.. members.Select(member => new MemberAssignment(member.MemberId, EmbeddedAssignment.Write(member.Given, member.Said.Version)))];
    }
}
