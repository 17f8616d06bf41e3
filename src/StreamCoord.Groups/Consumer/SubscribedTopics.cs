using System.Text;

namespace StreamCoord.Groups.Consumer;

/// <summary>
/// Which topics a group reads, by the names and patterns of its members. Not safe for concurrent use. What a pattern matches is found once for an image of the topics.
/// </summary>
internal sealed class SubscribedTopics
{
    private const ulong HashSeed = 14_695_981_039_346_656_037;
    private const ulong HashFactor = 1_099_511_628_211;

    private readonly Dictionary<string, int> _names = [];
    private readonly Dictionary<string, CountedPattern> _patterns = [];

    /// <summary>Takes over what a member wants now instead of what it wanted; null when it is new, or gone.</summary>
    public void Move(MemberSubscription? before, MemberSubscription? after)
    {
        foreach (string name in after?.TopicNames ?? [])
        {
            _names[name] = _names.GetValueOrDefault(name) + 1;
        }
        foreach (string name in before?.TopicNames ?? [])
        {
            if (--_names[name] == 0)
            {
                _names.Remove(name);
            }
        }
        Add(after?.TopicPattern);
        Remove(before?.TopicPattern);
    }

    /// <summary>True when any member reads the topic.</summary>
    public bool Contains(string topic) => _names.ContainsKey(topic) || _patterns.Values.Any(counted => counted.Pattern?.Matches(topic) ?? false);

    /// <summary>The topics that a subscription comes to, those alone that there are, in the order of their names.</summary>
    public IReadOnlyList<ImageTopic> Resolve(MemberSubscription subscription, TopicImage image)
    {
        IEnumerable<string> names = subscription.TopicPattern is { } pattern ? subscription.TopicNames.Union(MatchesOf(pattern, image)).Order(StringComparer.Ordinal) : subscription.TopicNames;
        return [.. names.Select(image.Find).OfType<ImageTopic>()];
    }

    /// <summary>Tells one set of subscribed topics, with their identities and sizes, from another; 0 for none.</summary>
    public long Hash(TopicImage image)
    {
        ulong sum = 0;
        foreach (string name in _names.Keys.Union(_patterns.Keys.SelectMany(pattern => MatchesOf(pattern, image))))
        {
            // A sum, so that the order is of no account.
            sum = unchecked(sum + (image.Find(name) is { } topic ? Hash(topic) : 0));
        }
        return unchecked((long)sum);
    }

    private void Add(string? pattern)
    {
        if (pattern is null)
        {
            return;
        }
        if (!_patterns.TryGetValue(pattern, out CountedPattern? counted))
        {
            // One that was written by a build that took it and cannot be read any more matches nothing.
            TopicPattern.TryParse(pattern, out TopicPattern? parsed);
            _patterns.Add(pattern, counted = new CountedPattern(parsed));
        }
        counted.Members++;
    }

    private void Remove(string? pattern)
    {
        if (pattern is not null && --_patterns[pattern].Members == 0)
        {
            _patterns.Remove(pattern);
        }
    }

    private IReadOnlyList<string> MatchesOf(string pattern, TopicImage image)
    {
        CountedPattern counted = _patterns[pattern];
        if (counted.MatchedVersion != image.Version)
        {
            counted.MatchedVersion = image.Version;
            counted.Matches = counted.Pattern is { } parsed ? [.. image.Names.Where(parsed.Matches)] : [];
        }
        return counted.Matches;
    }

    private static ulong Hash(ImageTopic topic)
    {
        ulong hash = HashSeed;
        Span<byte> id = stackalloc byte[16];
        topic.TopicId.Value.TryWriteBytes(id);
        Mix(ref hash, id);
        Mix(ref hash, BitConverter.GetBytes(topic.PartitionCount));
        Mix(ref hash, Encoding.UTF8.GetBytes(topic.Name));
        return hash;
    }

    // FNV-1a.
    private static void Mix(ref ulong hash, ReadOnlySpan<byte> bytes)
    {
        foreach (byte one in bytes)
        {
            hash = unchecked((hash ^ one) * HashFactor);
        }
    }

    private sealed class CountedPattern(TopicPattern? pattern)
    {
        public TopicPattern? Pattern { get; } = pattern;

        public int Members { get; set; }

        public long MatchedVersion { get; set; } = -1;

        public IReadOnlyList<string> Matches { get; set; } = [];
    }
}
