namespace StreamCoord.Groups.Consumer;

/// <summary>Takes subscriptions for equal that ask for the same topics.</summary>
internal sealed class SameTopics : IEqualityComparer<MemberSubscription>
{
    public static SameTopics Comparer { get; } = new();

    public bool Equals(MemberSubscription? x, MemberSubscription? y) => ReferenceEquals(x, y) || (x is not null && y is not null && x.ReadsTheSameAs(y));

    public int GetHashCode(MemberSubscription obj) => HashCode.Combine(obj.TopicPattern, obj.TopicNames.Count, obj.TopicNames.Count > 0 ? obj.TopicNames[0] : null);
}
