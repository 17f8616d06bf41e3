using StreamCoord.Groups.Classic;

namespace StreamCoord.Groups.Consumer;

/// <summary>What a member is and wants: Kafka's ConsumerGroupMemberMetadataValue. Immutable; the topics are in ordinal order, each once.</summary>
public sealed record MemberSubscription
{
    /// <summary>Its lasting name, or null.</summary>
    public string? InstanceId { get; init; }

    /// <summary>Where its machine stands, or null.</summary>
    public string? RackId { get; init; }

    /// <summary>What the client calls itself.</summary>
    public string ClientId { get; init; } = "";

    /// <summary>Where the client is.</summary>
    public string ClientHost { get; init; } = "";

    /// <summary>The topics it names.</summary>
    public IReadOnlyList<string> TopicNames { get; init; } = [];

    /// <summary>The regular expression for further topics, or null.</summary>
    public string? TopicPattern { get; init; }

    /// <summary>How long it may take to give partitions back.</summary>
    public int RebalanceTimeoutMs { get; init; } = -1;

    /// <summary>How it wants partitions assigned, or null.</summary>
    public string? Assignor { get; init; }

    /// <summary>What else is known of a member that speaks the classic protocol; null for one that speaks that of KIP-848.</summary>
    public ClassicTraits? Classic { get; init; }

    /// <summary>The subscription after a heartbeat, which says only what has changed, and by which a member that spoke the classic protocol changes over.</summary>
    public MemberSubscription With(ConsumerHeartbeatRequest request) => this with
    {
        InstanceId = request.InstanceId ?? InstanceId,
        RackId = request.RackId ?? RackId,
        ClientId = request.ClientId,
        ClientHost = request.ClientHost,
        TopicNames = request.TopicNames is { } names ? [.. names.Distinct().Order(StringComparer.Ordinal)] : TopicNames,
        TopicPattern = request.TopicPattern is { } pattern ? (pattern.Length == 0 ? null : pattern) : TopicPattern,
        RebalanceTimeoutMs = request.RebalanceTimeoutMs == -1 ? RebalanceTimeoutMs : request.RebalanceTimeoutMs,
        Assignor = request.Assignor ?? Assignor,
        Classic = null,
    };

    /// <summary>The subscription after a join by the classic protocol.</summary>
    internal MemberSubscription With(JoinGroupRequest request, EmbeddedSubscription said) => new()
    {
        InstanceId = request.GroupInstanceId ?? InstanceId,
        RackId = said.RackId ?? RackId,
        ClientId = request.ClientId,
        ClientHost = request.ClientHost,
        TopicNames = [.. said.Topics.Distinct().Order(StringComparer.Ordinal)],
        RebalanceTimeoutMs = request.RebalanceTimeoutMs <= 0 ? request.SessionTimeoutMs : request.RebalanceTimeoutMs,
        Classic = new ClassicTraits(request.SessionTimeoutMs, request.Protocols),
    };

    /// <summary>True when it asks for the same topics.</summary>
    public bool ReadsTheSameAs(MemberSubscription other) => TopicPattern == other.TopicPattern && TopicNames.SequenceEqual(other.TopicNames);

    /// <inheritdoc/>
    public bool Equals(MemberSubscription? other) => other is not null && ReadsTheSameAs(other)
        && (InstanceId, RackId, ClientId, ClientHost, RebalanceTimeoutMs, Assignor, Classic)
            == (other.InstanceId, other.RackId, other.ClientId, other.ClientHost, other.RebalanceTimeoutMs, other.Assignor, other.Classic);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(InstanceId, ClientId, TopicNames.Count, TopicPattern, RebalanceTimeoutMs);
}
