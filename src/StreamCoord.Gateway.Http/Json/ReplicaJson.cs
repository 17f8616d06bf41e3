using System.Globalization;
using System.Text.Json;
using StreamCoord.Topics;

namespace StreamCoord.Gateway.Http.Json;

/// <summary>Where partitions are kept and how far they go, member by member as Confluent's proxy writes it. One per request.</summary>
internal sealed class ReplicaJson(ConfluentJson json)
{
    /// <summary>The replicas of a partition.</summary>
    public void WriteReplicas(Utf8JsonWriter writer, string topic, PartitionAssignment partition) =>
        ConfluentJson.WriteList(writer, "KafkaReplicaList", $"{PartitionUrl(topic, partition)}/replicas", () =>
        {
            foreach (NodeId node in partition.Replicas)
            {
                WriteReplica(writer, topic, partition, node);
            }
        });

    /// <summary>The replicas that a broker keeps.</summary>
    public void WriteReplicasOf(Utf8JsonWriter writer, NodeId node, IReadOnlyList<TopicDescription> topics) =>
        ConfluentJson.WriteList(writer, "KafkaReplicaList", $"{json.Self}/brokers/{node}/partition-replicas", () =>
        {
            foreach (TopicDescription topic in topics)
            {
                foreach (PartitionAssignment partition in topic.Partitions.Where(partition => partition.Replicas.Contains(node)))
                {
                    WriteReplica(writer, topic.Name, partition, node);
                }
            }
        });

    /// <summary>A replica.</summary>
    public void WriteReplica(Utf8JsonWriter writer, string topic, PartitionAssignment partition, NodeId node)
    {
        string number = partition.Partition.ToString(CultureInfo.InvariantCulture);
        json.WriteStart(writer, "KafkaReplica", $"{PartitionUrl(topic, partition)}/replicas/{node}", $"/topic={topic}/partition={number}/replica={node}");
        writer.WriteString("topic_name", topic);
        writer.WriteNumber("partition_id", partition.Partition);
        writer.WriteNumber("broker_id", node.Value);
        writer.WriteBoolean("is_leader", partition.Leader == node);
        writer.WriteBoolean("is_in_sync", partition.InSyncReplicas.Contains(node));
        ConfluentJson.WriteLink(writer, "broker", $"{json.Self}/brokers/{node}");
        writer.WriteEndObject();
    }

    /// <summary>Where a partition begins and ends.</summary>
    public void WriteOffsets(Utf8JsonWriter writer, string topic, PartitionAssignment partition, Offset beginning, Offset end)
    {
        string self = $"{PartitionUrl(topic, partition)}/offset";
        json.WriteStart(writer, "KafkaPartitionOffset", self, $"/topic={topic}/partition={partition.Partition.ToString(CultureInfo.InvariantCulture)}/offset");
        writer.WriteString("topic_name", topic);
        writer.WriteNumber("partition_id", partition.Partition);
        writer.WriteNumber("beginning_offset", beginning.Value);
        writer.WriteNumber("end_offset", end.Value);
        ConfluentJson.WriteLink(writer, "partition", PartitionUrl(topic, partition));
        writer.WriteEndObject();
    }

    /// <summary>The partitions of topics whose replicas are being moved.</summary>
    public void WriteReassignments(Utf8JsonWriter writer, string path, IReadOnlyList<TopicDescription> topics) => ConfluentJson.WriteList(writer, "KafkaReassignmentList", $"{json.Self}{path}", () =>
    {
        foreach (TopicDescription topic in topics)
        {
            foreach (PartitionAssignment partition in topic.Partitions.Where(partition => partition.IsMoving))
            {
                WriteReassignment(writer, topic.Name, partition);
            }
        }
    });

    /// <summary>Which replicas of a partition come and which go.</summary>
    public void WriteReassignment(Utf8JsonWriter writer, string topic, PartitionAssignment partition)
    {
        string self = PartitionUrl(topic, partition);
        json.WriteStart(writer, "KafkaReassignment", $"{self}/reassignment", $"/topic={topic}/partition={partition.Partition.ToString(CultureInfo.InvariantCulture)}/reassignment");
        writer.WriteString("topic_name", topic);
        writer.WriteNumber("partition_id", partition.Partition);
        WriteNodes("adding_replicas", partition.Adding);
        WriteNodes("removing_replicas", partition.Removing);
        ConfluentJson.WriteLink(writer, "replicas", $"{self}/replicas");
        writer.WriteEndObject();

        void WriteNodes(string name, IReadOnlyList<NodeId> nodes)
        {
            writer.WriteStartArray(name);
            nodes.ToList().ForEach(node => writer.WriteNumberValue(node.Value));
            writer.WriteEndArray();
        }
    }

    private string PartitionUrl(string topic, PartitionAssignment partition) =>
        string.Create(CultureInfo.InvariantCulture, $"{json.TopicUrl(topic)}/partitions/{partition.Partition}");
}
