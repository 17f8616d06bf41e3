using System.Globalization;
using System.Text.Json;
using StreamCoord.Gateway.Http.Groups;

namespace StreamCoord.Gateway.Http.Json;

/// <summary>Consumer groups, their members and their lags, member by member as Confluent's proxy writes them. One per request.</summary>
internal sealed class ConsumerGroupJson(ConfluentJson json, NodeId coordinator)
{
    private string Groups => $"{json.Self}/consumer-groups";

    /// <summary>The list of groups.</summary>
    public void WriteGroups(Utf8JsonWriter writer, IReadOnlyList<GroupView> groups) => ConfluentJson.WriteList(writer, "KafkaConsumerGroupList", Groups, () =>
    {
        foreach (GroupView group in groups)
        {
            WriteGroup(writer, group);
        }
    });

    /// <summary>A group.</summary>
    public void WriteGroup(Utf8JsonWriter writer, GroupView group)
    {
        string self = GroupUrl(group.GroupId);
        json.WriteStart(writer, "KafkaConsumerGroup", self, ResourceOf(group.GroupId));
        writer.WriteString("consumer_group_id", group.GroupId);
        writer.WriteBoolean("is_simple", group.IsSimple);
        writer.WriteString("partition_assignor", group.Assignor);
        writer.WriteString("state", group.State);
        writer.WriteString("type", group.Type);
        ConfluentJson.WriteLink(writer, "coordinator", $"{json.Self}/brokers/{coordinator}");
        ConfluentJson.WriteLink(writer, "consumers", $"{self}/consumers");
        ConfluentJson.WriteLink(writer, "lag_summary", $"{self}/lag-summary");
        writer.WriteEndObject();
    }

    /// <summary>The members of a group.</summary>
    public void WriteConsumers(Utf8JsonWriter writer, GroupView group) => ConfluentJson.WriteList(writer, "KafkaConsumerList", $"{GroupUrl(group.GroupId)}/consumers", () =>
    {
        foreach (GroupMemberView member in group.Members)
        {
            WriteConsumer(writer, group.GroupId, member);
        }
    });

    /// <summary>A member of a group.</summary>
    public void WriteConsumer(Utf8JsonWriter writer, string groupId, GroupMemberView member)
    {
        string self = ConsumerUrl(groupId, member.MemberId);
        json.WriteStart(writer, "KafkaConsumer", self, ConsumerResourceOf(groupId, member));
        writer.WriteString("consumer_group_id", groupId);
        writer.WriteString("consumer_id", member.MemberId);
        writer.WriteString("instance_id", member.InstanceId);
        writer.WriteString("client_id", member.ClientId);
        ConfluentJson.WriteLink(writer, "assignments", $"{self}/assignments");
        writer.WriteEndObject();
    }

    /// <summary>The partitions that a member reads.</summary>
    public void WriteAssignments(Utf8JsonWriter writer, string groupId, GroupMemberView member) =>
        ConfluentJson.WriteList(writer, "KafkaConsumerAssignmentList", $"{ConsumerUrl(groupId, member.MemberId)}/assignments", () =>
        {
            foreach (TopicPartition partition in member.Assignment)
            {
                WriteAssignment(writer, groupId, member, partition);
            }
        });

    /// <summary>A partition that a member reads.</summary>
    public void WriteAssignment(Utf8JsonWriter writer, string groupId, GroupMemberView member, TopicPartition partition)
    {
        string place = Place(partition);
        json.WriteStart(writer, "KafkaConsumerAssignment", $"{ConsumerUrl(groupId, member.MemberId)}/assignments/{place}",
            $"{ConsumerResourceOf(groupId, member)}/assignment={partition.Topic}/partition={partition.Partition.ToString(CultureInfo.InvariantCulture)}");
        writer.WriteString("consumer_group_id", groupId);
        writer.WriteString("consumer_id", member.MemberId);
        writer.WriteString("topic_name", partition.Topic);
        writer.WriteNumber("partition_id", partition.Partition);
        ConfluentJson.WriteLink(writer, "partition", $"{json.Self}/topics/{place}");
        ConfluentJson.WriteLink(writer, "lag", $"{GroupUrl(groupId)}/lags/{place}");
        writer.WriteEndObject();
    }

    /// <summary>What a group has not read yet, by partition.</summary>
    public void WriteLags(Utf8JsonWriter writer, string groupId, IReadOnlyList<ConsumerLag> lags) =>
        ConfluentJson.WriteList(writer, "KafkaConsumerLagList", $"{GroupUrl(groupId)}/lags", () =>
        {
            foreach (ConsumerLag lag in lags)
            {
                WriteLag(writer, groupId, lag);
            }
        });

    /// <summary>What a group has not read yet of one partition.</summary>
    public void WriteLag(Utf8JsonWriter writer, string groupId, ConsumerLag lag)
    {
        json.WriteStart(writer, "KafkaConsumerLag", $"{GroupUrl(groupId)}/lags/{Place(lag.Partition)}",
            $"{ResourceOf(groupId)}/lag={lag.Partition.Topic}/partition={lag.Partition.Partition.ToString(CultureInfo.InvariantCulture)}");
        writer.WriteString("consumer_group_id", groupId);
        writer.WriteString("topic_name", lag.Partition.Topic);
        writer.WriteNumber("partition_id", lag.Partition.Partition);
        writer.WriteString("consumer_id", lag.Reader?.MemberId ?? "");
        writer.WriteString("instance_id", lag.Reader?.InstanceId);
        writer.WriteString("client_id", lag.Reader?.ClientId ?? "");
        writer.WriteNumber("current_offset", lag.Committed.Value);
        writer.WriteNumber("log_end_offset", lag.End.Value);
        writer.WriteNumber("lag", lag.RecordCount);
        writer.WriteEndObject();
    }

    /// <summary>What a group has not read yet: all of it, and where most of it is.</summary>
    public void WriteLagSummary(Utf8JsonWriter writer, string groupId, IReadOnlyList<ConsumerLag> lags)
    {
        ConsumerLag most = lags.MaxBy(lag => lag.RecordCount)!;
        json.WriteStart(writer, "KafkaConsumerGroupLagSummary", $"{GroupUrl(groupId)}/lag-summary", $"{ResourceOf(groupId)}/lag-summary");
        writer.WriteString("consumer_group_id", groupId);
        writer.WriteString("max_lag_consumer_id", most.Reader?.MemberId ?? "");
        writer.WriteString("max_lag_instance_id", most.Reader?.InstanceId);
        writer.WriteString("max_lag_client_id", most.Reader?.ClientId ?? "");
        writer.WriteString("max_lag_topic_name", most.Partition.Topic);
        writer.WriteNumber("max_lag_partition_id", most.Partition.Partition);
        writer.WriteNumber("max_lag", most.RecordCount);
        writer.WriteNumber("total_lag", lags.Sum(lag => lag.RecordCount));
        ConfluentJson.WriteLink(writer, "max_lag_consumer", ConsumerUrl(groupId, most.Reader?.MemberId ?? ""));
        ConfluentJson.WriteLink(writer, "max_lag_partition", $"{json.Self}/topics/{Place(most.Partition)}");
        writer.WriteEndObject();
    }

    private static string ResourceOf(string groupId) => $"/consumer-group={groupId}";

    private static string ConsumerResourceOf(string groupId, GroupMemberView member) => $"{ResourceOf(groupId)}/consumer={member.MemberId}";

    private static string Place(TopicPartition partition) => string.Create(CultureInfo.InvariantCulture, $"{partition.Topic}/partitions/{partition.Partition}");

    // Groups and members have names that nobody checks.
    private string GroupUrl(string groupId) => $"{Groups}/{Uri.EscapeDataString(groupId)}";

    private string ConsumerUrl(string groupId, string memberId) => $"{GroupUrl(groupId)}/consumers/{Uri.EscapeDataString(memberId)}";
}
