using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using StreamCoord.Grains.Brokers;

namespace StreamCoord.Grains.Topics;

/// <summary>The JSON of /brokers/topics/T (version 3): the topic's identity and who keeps its partitions. Immutable.</summary>
internal sealed record TopicNode
{
    private const int NewestVersion = 3;

    private const int IdBytes = 16;

    public int Version { get; init; } = NewestVersion;

    /// <summary>As Kafka's Uuid prints it: the 16 bytes in URL-safe base64.</summary>
    public required string TopicId { get; init; }

    /// <summary>The nodes of each partition, by its number, the preferred leader first.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<int>> Partitions { get; init; }

    public IReadOnlyDictionary<string, IReadOnlyList<int>> AddingReplicas { get; init; } = new Dictionary<string, IReadOnlyList<int>>();

    public IReadOnlyDictionary<string, IReadOnlyList<int>> RemovingReplicas { get; init; } = new Dictionary<string, IReadOnlyList<int>>();

    public static byte[] Write(TopicId topicId, int partitionCount, IReadOnlyList<NodeId> replicas)
    {
        int[] nodes = [.. replicas.Select(replica => replica.Value)];
        var partitions = new Dictionary<string, IReadOnlyList<int>>(partitionCount);
        for (int i = 0; i < partitionCount; i++)
        {
            partitions.Add(i.ToString(CultureInfo.InvariantCulture), nodes);
        }
        var node = new TopicNode { TopicId = Format(topicId), Partitions = partitions };
        return JsonSerializer.SerializeToUtf8Bytes(node, KafkaJson.Default.TopicNode);
    }

    /// <summary>Reads what <see cref="Write"/> writes.</summary>
    /// <exception cref="TopicZNodeException">It is something else.</exception>
    public static (TopicId TopicId, int PartitionCount, short ReplicationFactor) Read(string name, ReadOnlySpan<byte> json)
    {
        try
        {
            TopicNode node = JsonSerializer.Deserialize(json, KafkaJson.Default.TopicNode) ?? throw new JsonException("It is null.");
            if (node.Version != NewestVersion)
            {
                throw new JsonException($"It has version {node.Version}, and this build knows version {NewestVersion}.");
            }
            byte[] id = Base64Url.DecodeFromChars(node.TopicId);
            return id.Length == IdBytes && node.Partitions.Count > 0
                ? (new TopicId(new Guid(id, bigEndian: true)), node.Partitions.Count, (short)node.Partitions.Values.First().Count)
                : throw new JsonException("Its topic id or its partitions are missing.");
        }
        catch (Exception failure) when (failure is JsonException or FormatException)
        {
            throw new TopicZNodeException($"The znode {TopicPaths.Topic(name)} is not a topic's: {failure.Message} Restore it; only the service writes it.");
        }
    }

    public static string Format(TopicId topicId) => Base64Url.EncodeToString(topicId.Value.ToByteArray(bigEndian: true));
}

/// <summary>A znode of a topic that only the service writes is not as the service left it.</summary>
internal sealed class TopicZNodeException(string message) : Exception(message);
