using System.Text.Json;
using StreamCoord.Gateway.Http.Json;
using StreamCoord.Gateway.Http.Produce;
using StreamCoord.Topics;

namespace StreamCoord.Gateway.Http.V2;

/// <summary>The answers of v2, member by member as Confluent's proxy writes them.</summary>
internal static class V2Json
{
    /// <summary>Answers in the content type that the client wants.</summary>
    public static Task AnswerAsync(HttpContext context, Action<Utf8JsonWriter> write) =>
        JsonReply.WriteAsync(context, StatusCodes.Status200OK, write, MediaTypes.AnswerTo(context.Request));

    /// <summary>A topic.</summary>
    public static void WriteTopic(Utf8JsonWriter writer, TopicDescription topic)
    {
        writer.WriteStartObject();
        writer.WriteString("name", topic.Name);
        writer.WriteStartObject("configs");
        foreach (TopicConfigDefinition definition in TopicConfigs.All)
        {
            writer.WriteString(definition.Name, topic.Configs.GetValueOrDefault(definition.Name) ?? definition.Default);
        }
        writer.WriteEndObject();
        writer.WritePropertyName("partitions");
        WritePartitions(writer, topic);
        writer.WriteEndObject();
    }

    /// <summary>A topic's partitions.</summary>
    public static void WritePartitions(Utf8JsonWriter writer, TopicDescription topic)
    {
        writer.WriteStartArray();
        foreach (PartitionAssignment partition in topic.Partitions)
        {
            WritePartition(writer, partition);
        }
        writer.WriteEndArray();
    }

    /// <summary>A partition.</summary>
    public static void WritePartition(Utf8JsonWriter writer, PartitionAssignment partition)
    {
        writer.WriteStartObject();
        writer.WriteNumber("partition", partition.Partition);
        writer.WriteNumber("leader", partition.Leader.Value);
        writer.WriteStartArray("replicas");
        foreach (NodeId node in partition.Replicas)
        {
            writer.WriteStartObject();
            writer.WriteNumber("broker", node.Value);
            writer.WriteBoolean("leader", node == partition.Leader);
            writer.WriteBoolean("in_sync", partition.InSyncReplicas.Contains(node));
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>What became of the records of one request, in its order.</summary>
    public static void WriteOutcomes(Utf8JsonWriter writer, IReadOnlyList<ProduceOutcome> outcomes)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("offsets");
        foreach (ProduceOutcome outcome in outcomes)
        {
            writer.WriteStartObject();
            WriteOutcome(writer, outcome);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteNull("key_schema_id");
        writer.WriteNull("value_schema_id");
        writer.WriteEndObject();
    }

    /// <summary>Partitions by topic and number, under one name.</summary>
    public static void WritePartitions(Utf8JsonWriter writer, IEnumerable<TopicPartition> partitions)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("partitions");
        foreach (TopicPartition partition in partitions)
        {
            writer.WriteStartObject();
            writer.WriteString("topic", partition.Topic);
            writer.WriteNumber("partition", partition.Partition);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteOutcome(Utf8JsonWriter writer, ProduceOutcome outcome)
    {
        if (outcome.Error is { } error)
        {
            writer.WriteNull("partition");
            writer.WriteNull("offset");
            writer.WriteNumber("error_code", error.ConfluentCode);
            writer.WriteString("error", error.Detail);
            return;
        }
        writer.WriteNumber("partition", outcome.Partition);
        writer.WriteNumber("offset", outcome.Offset.Value);
        writer.WriteNull("error_code");
        writer.WriteNull("error");
    }
}
