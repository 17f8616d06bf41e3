namespace StreamCoord.Groups.Classic;

/// <summary>One member of a group. Owned and changed by its <see cref="ClassicGroup"/>; its protocols by <see cref="GroupMembers"/>, which counts them.</summary>
internal sealed class GroupMember(string id, string? instanceId)
{
    /// <summary>A deadline that never comes.</summary>
    public const long Never = long.MaxValue;

    public string Id { get; set; } = id;

    public string? InstanceId { get; } = instanceId;

    public string ClientId { get; set; } = "";

    public string ClientHost { get; set; } = "";

    public int SessionTimeoutMs { get; set; }

    public int RebalanceTimeoutMs { get; set; }

    public IReadOnlyList<GroupProtocol> Protocols { get; set; } = [];

    public ReadOnlyMemory<byte> Assignment { get; set; }

    /// <summary>The join that waits for the next generation.</summary>
    public RequestToken? AwaitingJoin { get; set; }

    /// <summary>The sync that waits for the leader's.</summary>
    public RequestToken? AwaitingSync { get; set; }

    /// <summary>True until its client hears its id by the answer to its first join. A static one is found by its lasting name.</summary>
    public bool IsNameless { get; set; }

    /// <summary>When the member is removed for its silence.</summary>
    public long DeadlineMs { get; set; } = Never;

    /// <summary>The member as it was written.</summary>
    public static GroupMember From(MemberMetadata written) => new(written.MemberId, written.GroupInstanceId)
    {
        ClientId = written.ClientId,
        ClientHost = written.ClientHost,
        SessionTimeoutMs = written.SessionTimeoutMs,
        RebalanceTimeoutMs = written.RebalanceTimeoutMs,
        Assignment = written.Assignment,
    };

    /// <summary>The member as it is written, with an assignment.</summary>
    public MemberMetadata ToMetadata(string? protocol, ReadOnlyMemory<byte> assignment) =>
        new(Id, InstanceId, ClientId, ClientHost, RebalanceTimeoutMs, SessionTimeoutMs, MetadataOf(protocol), assignment);

    /// <summary>The member as it is shown; without a protocol it shows no bytes.</summary>
    public DescribedMember Describe(string? protocol) =>
        new(Id, InstanceId, ClientId, ClientHost, MetadataOf(protocol), protocol is null ? ReadOnlyMemory<byte>.Empty : Assignment);

    public void Take(JoinGroupRequest request)
    {
        (ClientId, ClientHost, SessionTimeoutMs) = (request.ClientId, request.ClientHost, request.SessionTimeoutMs);
        RebalanceTimeoutMs = request.RebalanceTimeoutMs < 0 ? request.SessionTimeoutMs : request.RebalanceTimeoutMs;
    }

    /// <summary>True when the member says what it said before, in the same order.</summary>
    public bool Supports(IReadOnlyList<GroupProtocol> protocols)
    {
        return Protocols.Count == protocols.Count
            && Protocols.Zip(protocols).All(pair => pair.First.Name == pair.Second.Name && pair.First.Metadata.Span.SequenceEqual(pair.Second.Metadata.Span));
    }

    public bool Knows(string protocol) => Protocols.Any(supported => supported.Name == protocol);

    /// <summary>What the member says to a protocol; nothing when it does not know it.</summary>
    public ReadOnlyMemory<byte> MetadataOf(string? protocol) => Protocols.FirstOrDefault(supported => supported.Name == protocol)?.Metadata ?? ReadOnlyMemory<byte>.Empty;
}
