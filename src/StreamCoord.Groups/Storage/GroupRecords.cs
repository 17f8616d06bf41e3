using StreamCoord.Groups.Classic;
using StreamCoord.Groups.Offsets;

namespace StreamCoord.Groups.Storage;

/// <summary>
/// Keys and values of <c>__consumer_offsets</c>, byte for byte as Apache Kafka writes them (OffsetCommitKey 1 and OffsetCommitValue 3, GroupMetadataKey 2 and GroupMetadataValue 3), because Kafka's tools
/// read that topic. Older versions are read too; an offset with an expire time of its own is written as version 1, as Kafka does. Pure.
/// </summary>
public static class GroupRecords
{
    private const short OffsetKeyVersion = 1;
    private const short MetadataKeyVersion = 2;
    private const short OffsetValueVersion = 3;
    private const short ExpiringOffsetValueVersion = 1;
    private const short MetadataValueVersion = 3;

    /// <summary>The key of a committed offset.</summary>
    public static byte[] OffsetKey(string groupId, TopicPartition partition)
    {
        var writer = new RecordBytesWriter();
        writer.Int16(OffsetKeyVersion);
        writer.String(groupId);
        writer.String(partition.Topic);
        writer.Int32(partition.Partition);
        return writer.ToArray();
    }

    /// <summary>The key of a group's metadata.</summary>
    public static byte[] MetadataKey(string groupId)
    {
        var writer = new RecordBytesWriter();
        writer.Int16(MetadataKeyVersion);
        writer.String(groupId);
        return writer.ToArray();
    }

    /// <summary>A committed offset.</summary>
    public static byte[] OffsetValue(CommittedOffset committed)
    {
        var writer = new RecordBytesWriter();
        writer.Int16(committed.ExpireTimestampMs is null ? OffsetValueVersion : ExpiringOffsetValueVersion);
        writer.Int64(committed.Offset.Value);
        if (committed.ExpireTimestampMs is null)
        {
            writer.Int32(committed.LeaderEpoch.Value);
        }
        writer.String(committed.Metadata);
        writer.Int64(committed.CommitTimestampMs);
        if (committed.ExpireTimestampMs is { } expireTimestampMs)
        {
            writer.Int64(expireTimestampMs);
        }
        return writer.ToArray();
    }

    /// <summary>A group's metadata.</summary>
    public static byte[] MetadataValue(GroupMetadata metadata)
    {
        var writer = new RecordBytesWriter();
        writer.Int16(MetadataValueVersion);
        writer.String(metadata.ProtocolType);
        writer.Int32(metadata.Generation);
        writer.String(metadata.Protocol);
        writer.String(metadata.Leader);
        writer.Int64(metadata.StateTimestampMs);
        writer.Int32(metadata.Members.Count);
        foreach (MemberMetadata member in metadata.Members)
        {
            writer.String(member.MemberId);
            writer.String(member.GroupInstanceId);
            writer.String(member.ClientId);
            writer.String(member.ClientHost);
            writer.Int32(member.RebalanceTimeoutMs);
            writer.Int32(member.SessionTimeoutMs);
            writer.Bytes(member.Subscription.Span);
            writer.Bytes(member.Assignment.Span);
        }
        return writer.ToArray();
    }

    /// <summary>Reads a key; null for one of a kind that this build does not know, which is to be passed over.</summary>
    /// <exception cref="GroupFormatException">The key is malformed.</exception>
    public static GroupRecordKey? ReadKey(ReadOnlySpan<byte> key)
    {
        var reader = new RecordSpanReader(key);
        short version = reader.Int16();
        return version switch
        {
            0 or OffsetKeyVersion => new GroupRecordKey(reader.String(), new TopicPartition(reader.String(), reader.Int32())),
            MetadataKeyVersion => new GroupRecordKey(reader.String(), null),
            _ => null,
        };
    }

    /// <summary>Reads a committed offset of version 0 to 3.</summary>
    /// <exception cref="GroupFormatException">It is malformed or newer.</exception>
    public static CommittedOffset ReadOffset(ReadOnlySpan<byte> value)
    {
        var reader = new RecordSpanReader(value);
        short version = Version(ref reader, OffsetValueVersion);
        var offset = new Offset(reader.Int64());
        var epoch = new LeaderEpoch(version >= 3 ? reader.Int32() : -1);
        string metadata = reader.String();
        long commitTimestampMs = reader.Int64();
        long expireTimestampMs = version == ExpiringOffsetValueVersion ? reader.Int64() : -1;
        return new CommittedOffset(offset, epoch, metadata, commitTimestampMs, expireTimestampMs < 0 ? null : expireTimestampMs);
    }

    /// <summary>Reads a group's metadata of version 0 to 3.</summary>
    /// <exception cref="GroupFormatException">It is malformed or newer.</exception>
    public static GroupMetadata ReadMetadata(ReadOnlySpan<byte> value)
    {
        var reader = new RecordSpanReader(value);
        short version = Version(ref reader, MetadataValueVersion);
        string protocolType = reader.String();
        int generation = reader.Int32();
        string? protocol = reader.NullableString();
        string? leader = reader.NullableString();
        long stateTimestampMs = version >= 2 ? reader.Int64() : -1;
        var members = new MemberMetadata[reader.Count()];
        for (int i = 0; i < members.Length; i++)
        {
            members[i] = ReadMember(ref reader, version);
        }
        return new GroupMetadata(protocolType, generation, protocol, leader, stateTimestampMs, members);
    }

    private static MemberMetadata ReadMember(ref RecordSpanReader reader, short version)
    {
        string memberId = reader.String();
        string? instanceId = version >= 3 ? reader.NullableString() : null;
        string clientId = reader.String();
        string clientHost = reader.String();
        int rebalanceTimeoutMs = version >= 1 ? reader.Int32() : -1;
        int sessionTimeoutMs = reader.Int32();
        return new MemberMetadata(
            memberId,
            instanceId,
            clientId,
            clientHost,
            version >= 1 ? rebalanceTimeoutMs : sessionTimeoutMs,
            sessionTimeoutMs,
            reader.Bytes(),
            reader.Bytes());
    }

    private static short Version(ref RecordSpanReader reader, short newest)
    {
        short version = reader.Int16();
        return version >= 0 && version <= newest
            ? version
            : throw new GroupFormatException($"A record of groups has version {version}; this build knows the versions up to {newest}.");
    }
}
