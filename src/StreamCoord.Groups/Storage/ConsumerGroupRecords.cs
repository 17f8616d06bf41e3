using System.Buffers.Binary;
using StreamCoord.Groups.Consumer;

namespace StreamCoord.Groups.Storage;

/// <summary>
/// Keys and values by which <c>__consumer_offsets</c> keeps consumer groups (KIP-848), in the layouts of Apache Kafka: ConsumerGroupMetadata (3), ConsumerGroupMemberMetadata (5),
/// ConsumerGroupTargetAssignmentMetadata (6), ConsumerGroupTargetAssignmentMember (7) and ConsumerGroupCurrentMemberAssignment (8), each of version 0, with their tagged fields passed over when they are
/// read. Pure.
/// </summary>
/// <remarks>
/// The layouts of the values of 3, 5, 7 and 8 were looked up in Kafka's schemas; that of 6 and the numbers of the member states are from memory. The metadata hash of 3 (KIP-1101) is a hash of our own:
/// Kafka, reading it, would find the topics changed and count one epoch on. ConsumerGroupPartitionMetadata (4), which Kafka 4.1 has given up for the hash, is not written and is passed over.
/// </remarks>
public static class ConsumerGroupRecords
{
    private const short GroupKey = 3;
    private const short MemberKey = 5;
    private const short TargetEpochKey = 6;
    private const short TargetKey = 7;
    private const short ProgressKey = 8;
    private const short ValueVersion = 0;
    private const uint TopicsHashTag = 0;
    private const uint ClassicTraitsTag = 0;
    private const sbyte IsThere = 1;

    /// <summary>The key of a change.</summary>
    public static byte[] Key(string groupId, ConsumerGroupChange change)
    {
        (short kind, string? memberId) = change switch
        {
            GroupEpochChange => (GroupKey, (string?)null),
            SubscriptionChange subscription => (MemberKey, subscription.MemberId),
            TargetEpochChange => (TargetEpochKey, null),
            TargetChange target => (TargetKey, target.MemberId),
            ProgressChange progress => (ProgressKey, progress.MemberId),
            _ => throw new ArgumentOutOfRangeException(nameof(change)),
        };
        var writer = new RecordBytesWriter();
        writer.Int16(kind);
        writer.String(groupId);
        if (memberId is not null)
        {
            writer.String(memberId);
        }
        return writer.ToArray();
    }

    /// <summary>The value of a change; null when it forgets.</summary>
    public static byte[]? Value(ConsumerGroupChange change) => change switch
    {
        GroupEpochChange { Value: { } mark } => Write(writer => WriteMark(writer, mark)),
        SubscriptionChange { Value: { } subscription } => Write(writer => WriteSubscription(writer, subscription)),
        TargetEpochChange { Value: { } epoch } => Write(writer =>
        {
            writer.Int32(epoch.Value);
            writer.NoTags();
        }),
        TargetChange { Value: { } target } => Write(writer =>
        {
            WritePartitions(writer, target);
            writer.NoTags();
        }),
        ProgressChange { Value: { } progress } => Write(writer => WriteProgress(writer, progress)),
        _ => null,
    };

    /// <summary>Reads a record of a consumer group; null when its key is of another kind.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="isForgotten">True when the value is null.</param>
    /// <exception cref="GroupFormatException">It is malformed, or newer.</exception>
    public static (string GroupId, ConsumerGroupChange Change)? Read(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool isForgotten)
    {
        var keys = new RecordSpanReader(key);
        short kind = keys.Int16();
        if (kind is not (GroupKey or MemberKey or TargetEpochKey or TargetKey or ProgressKey))
        {
            return null;
        }
        string groupId = keys.String();
        string memberId = kind is GroupKey or TargetEpochKey ? "" : keys.String();
        var values = new FlexibleSpanReader(value);
        if (!isForgotten && values.Int16() is var version && version != ValueVersion)
        {
            throw new GroupFormatException($"A record of consumer groups has version {version}; this build knows version {ValueVersion}.");
        }
        return (groupId, kind switch
        {
            GroupKey => new GroupEpochChange(isForgotten ? null : ReadMark(ref values)),
            MemberKey => new SubscriptionChange(memberId, isForgotten ? null : ReadSubscription(ref values)),
            TargetEpochKey => new TargetEpochChange(isForgotten ? null : new GroupEpoch(values.Int32())),
            TargetKey => new TargetChange(memberId, isForgotten ? null : ReadPartitions(ref values)),
            _ => new ProgressChange(memberId, isForgotten ? null : ReadProgress(ref values)),
        });
    }

    private static byte[] Write(Action<FlexibleBytesWriter> write)
    {
        var writer = new FlexibleBytesWriter();
        writer.Int16(ValueVersion);
        write(writer);
        return writer.ToArray();
    }

    private static void WriteMark(FlexibleBytesWriter writer, GroupMark mark)
    {
        writer.Int32(mark.Epoch.Value);
        if (mark.TopicsHash == 0)
        {
            writer.NoTags();
            return;
        }
        Span<byte> hash = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(hash, mark.TopicsHash);
        writer.Varint(1);
        writer.Tagged(TopicsHashTag, hash);
    }

    private static GroupMark ReadMark(ref FlexibleSpanReader reader)
    {
        var epoch = new GroupEpoch(reader.Int32());
        ReadOnlySpan<byte> hash = reader.Tag(TopicsHashTag);
        return hash.Length is 0 or sizeof(long)
            ? new GroupMark(epoch, hash.Length == 0 ? 0 : BinaryPrimitives.ReadInt64BigEndian(hash))
            : throw new GroupFormatException($"The hash of a group's topics has {hash.Length} bytes.");
    }

    private static void WriteSubscription(FlexibleBytesWriter writer, MemberSubscription subscription)
    {
        writer.String(subscription.InstanceId);
        writer.String(subscription.RackId);
        writer.String(subscription.ClientId);
        writer.String(subscription.ClientHost);
        writer.Count(subscription.TopicNames.Count);
        foreach (string name in subscription.TopicNames)
        {
            writer.String(name);
        }
        writer.String(subscription.TopicPattern);
        writer.Int32(subscription.RebalanceTimeoutMs);
        writer.String(subscription.Assignor);
        if (subscription.Classic is not { } classic)
        {
            writer.NoTags();
            return;
        }
        writer.Varint(1);
        writer.Tagged(ClassicTraitsTag, ToBytes(classic));
    }

    private static byte[] ToBytes(ClassicTraits classic)
    {
        var writer = new FlexibleBytesWriter();
        writer.Int8(IsThere);
        writer.Int32(classic.SessionTimeoutMs);
        writer.Count(classic.Protocols.Count);
        foreach (GroupProtocol protocol in classic.Protocols)
        {
            writer.String(protocol.Name);
            writer.Bytes(protocol.Metadata.Span);
            writer.NoTags();
        }
        writer.NoTags();
        return writer.ToArray();
    }

    private static ClassicTraits? ReadClassic(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return null;
        }
        var reader = new FlexibleSpanReader(bytes);
        if (reader.Int8() != IsThere)
        {
            return null;
        }
        int sessionTimeoutMs = reader.Int32();
        var protocols = new GroupProtocol[reader.Count()];
        for (int i = 0; i < protocols.Length; i++)
        {
            protocols[i] = new GroupProtocol(reader.String(), reader.Bytes().ToArray());
            reader.SkipTags();
        }
        return protocols.Length > 0 ? new ClassicTraits(sessionTimeoutMs, protocols) : throw new GroupFormatException("A member of the classic protocol supports nothing.");
    }

    private static MemberSubscription ReadSubscription(ref FlexibleSpanReader reader)
    {
        (string? instanceId, string? rackId, string clientId, string clientHost) = (reader.NullableString(), reader.NullableString(), reader.String(), reader.String());
        string[] names = new string[reader.Count()];
        for (int i = 0; i < names.Length; i++)
        {
            names[i] = reader.String();
        }
        return new MemberSubscription
        {
            InstanceId = instanceId,
            RackId = rackId,
            ClientId = clientId,
            ClientHost = clientHost,
            TopicNames = names,
            TopicPattern = reader.NullableString(),
            RebalanceTimeoutMs = reader.Int32(),
            Assignor = reader.NullableString(),
            Classic = ReadClassic(reader.Tag(ClassicTraitsTag)),
        };
    }

    private static void WriteProgress(FlexibleBytesWriter writer, MemberProgress progress)
    {
        writer.Int32(progress.Epoch.Value);
        writer.Int32(progress.PreviousEpoch.Value);
        writer.Int8((sbyte)progress.State);
        WritePartitions(writer, progress.Assigned);
        WritePartitions(writer, progress.Revoking);
        writer.NoTags();
    }

    private static MemberProgress ReadProgress(ref FlexibleSpanReader reader)
    {
        (var epoch, var previous) = (new GroupEpoch(reader.Int32()), new GroupEpoch(reader.Int32()));
        var state = (MemberState)reader.Int8();
        return Enum.IsDefined(state)
            ? new MemberProgress(epoch, previous, state, ReadPartitions(ref reader), ReadPartitions(ref reader))
            : throw new GroupFormatException($"A member of a group has the state {(int)state}, which this build does not know.");
    }

    private static void WritePartitions(FlexibleBytesWriter writer, PartitionSet partitions)
    {
        IReadOnlyList<TopicPartitions> topics = partitions.ToTopics();
        writer.Count(topics.Count);
        foreach (TopicPartitions topic in topics)
        {
            writer.Uuid(topic.TopicId.Value);
            writer.Count(topic.Partitions.Count);
            foreach (int partition in topic.Partitions)
            {
                writer.Int32(partition);
            }
            writer.NoTags();
        }
    }

    private static PartitionSet ReadPartitions(ref FlexibleSpanReader reader)
    {
        List<TopicIdPartition> partitions = [];
        for (int topics = reader.Count(); topics > 0; topics--)
        {
            var topicId = new TopicId(reader.Uuid());
            for (int left = reader.Count(); left > 0; left--)
            {
                partitions.Add(new TopicIdPartition(topicId, reader.Int32()));
            }
            reader.SkipTags();
        }
        return PartitionSet.From(partitions);
    }
}
