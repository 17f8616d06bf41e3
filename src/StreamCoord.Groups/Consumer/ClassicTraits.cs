using StreamCoord.Groups.Classic;

namespace StreamCoord.Groups.Consumer;

/// <summary>What is known besides of a member of a consumer group that speaks the classic protocol: Kafka's ClassicMemberMetadata. Immutable.</summary>
/// <param name="SessionTimeoutMs">How long it may be silent, which such members say themselves.</param>
/// <param name="Protocols">What it supports, the most wanted first; one at least.</param>
public sealed record ClassicTraits(int SessionTimeoutMs, IReadOnlyList<GroupProtocol> Protocols)
{
    /// <summary>The protocol that it is told was chosen: with nobody to assign by it, its own wish will do.</summary>
    public string Protocol => Protocols[0].Name;

    /// <summary>The version in which it is told its assignment.</summary>
    public short AssignmentVersion => EmbeddedSubscription.TryRead(Protocols[0].Metadata.Span)?.Version ?? 0;

    /// <summary>Whether it supports a protocol.</summary>
    public bool Knows(string protocol) => Protocols.Any(supported => supported.Name == protocol);

    /// <inheritdoc/>
    public bool Equals(ClassicTraits? other) => other is not null && SessionTimeoutMs == other.SessionTimeoutMs && Protocols.Count == other.Protocols.Count
        && Protocols.Zip(other.Protocols).All(pair => pair.First.Name == pair.Second.Name && pair.First.Metadata.Span.SequenceEqual(pair.Second.Metadata.Span));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(SessionTimeoutMs, Protocols.Count);
}
