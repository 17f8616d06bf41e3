namespace StreamCoord.Groups.Classic;

/// <summary>What a consumer tells the leader of a classic group: Kafka's ConsumerProtocolSubscription of the versions 0 to 3, and what later ones begin with. Immutable.</summary>
/// <param name="Version">The version.</param>
/// <param name="Topics">The topics that it reads.</param>
/// <param name="Owned">What it goes on reading while it joins; nothing where it gives all up first, as consumers of version 0 do.</param>
/// <param name="RackId">Where its machine stands, or null.</param>
internal sealed record EmbeddedSubscription(short Version, IReadOnlyList<string> Topics, IReadOnlyList<TopicPartition> Owned, string? RackId)
{
    private const short FirstVersionWithOwned = 1;
    private const short FirstVersionWithGeneration = 2;
    private const short FirstVersionWithRack = 3;

    /// <summary>The subscription; null when it is none.</summary>
    public static EmbeddedSubscription? TryRead(ReadOnlySpan<byte> bytes)
    {
        var reader = new EmbeddedReader(bytes);
        short version = reader.Int16();
        string[] topics = new string[reader.Count(sizeof(short))];
        for (int i = 0; i < topics.Length; i++)
        {
            topics[i] = reader.String();
        }
        reader.Bytes();
        // Some clients say version 1 and end where version 0 does.
        List<TopicPartition> owned = version >= FirstVersionWithOwned && !reader.IsAtEnd ? reader.Partitions() : [];
        if (version >= FirstVersionWithGeneration)
        {
            reader.Int32();
        }
        string? rackId = version >= FirstVersionWithRack ? reader.NullableString() : null;
        return version < 0 || reader.HasFailed ? null : new EmbeddedSubscription(version, topics, owned, rackId is "" ? null : rackId);
    }
}
