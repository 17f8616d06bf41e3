using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using StreamCoord.Grains.Brokers;
using StreamCoord.Replication;

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

    /// <summary>Writes a topic with the nodes of each of its partitions.</summary>
    public static byte[] Write(TopicId topicId, IReadOnlyList<Assignment> assignments)
    {
        var node = new TopicNode
        {
            TopicId = Format(topicId),
            Partitions = Show(assignments, assignment => assignment.Replicas),
            AddingReplicas = Show(assignments, assignment => assignment.Adding),
            RemovingReplicas = Show(assignments, assignment => assignment.Removing),
        };
        return JsonSerializer.SerializeToUtf8Bytes(node, KafkaJson.Default.TopicNode);
    }

    /// <summary>Reads what <see cref="Write"/> writes.</summary>
    /// <exception cref="TopicZNodeException">It is something else.</exception>
    public static (TopicId TopicId, IReadOnlyList<Assignment> Assignments) Read(string name, ReadOnlySpan<byte> json)
    {
        try
        {
            TopicNode node = JsonSerializer.Deserialize(json, KafkaJson.Default.TopicNode) ?? throw new JsonException("It is null.");
            if (node.Version != NewestVersion)
            {
                throw new JsonException($"It has version {node.Version}, and this build knows version {NewestVersion}.");
            }
            byte[] id = Base64Url.DecodeFromChars(node.TopicId);
            return id.Length == IdBytes && node.Partitions.Count > 0 && node.Partitions.Values.All(nodes => nodes.Count > 0)
                ? (new TopicId(new Guid(id, bigEndian: true)), [.. Enumerable.Range(0, node.Partitions.Count).Select(node.NodesOf)])
                : throw new JsonException("Its topic id or its partitions are missing.");
        }
        catch (Exception failure) when (failure is JsonException or FormatException)
        {
            throw new TopicZNodeException($"The znode {TopicPaths.Topic(name)} is not a topic's: {failure.Message} Restore it; only the service writes it.");
        }
    }

    private static Dictionary<string, IReadOnlyList<int>> Show(IReadOnlyList<Assignment> assignments, Func<Assignment, IReadOnlyList<NodeId>> nodesOf) => assignments
        .Select((assignment, partition) => (partition, Nodes: nodesOf(assignment)))
        .Where(each => each.Nodes.Count > 0)
        .ToDictionary(each => each.partition.ToString(CultureInfo.InvariantCulture), each => (IReadOnlyList<int>)[.. each.Nodes.Select(node => node.Value)]);

    private Assignment NodesOf(int partition)
    {
        string name = partition.ToString(CultureInfo.InvariantCulture);
        return Partitions.ContainsKey(name)
            ? new Assignment(NodesOf(Partitions, name), NodesOf(AddingReplicas, name), NodesOf(RemovingReplicas, name))
            : throw new JsonException($"Its partition {partition} is missing.");
    }

    private static IReadOnlyList<NodeId> NodesOf(IReadOnlyDictionary<string, IReadOnlyList<int>> nodes, string partition) =>
        nodes.TryGetValue(partition, out IReadOnlyList<int>? found) ? [.. found.Select(node => new NodeId(node))] : [];

    public static string Format(TopicId topicId) => Base64Url.EncodeToString(topicId.Value.ToByteArray(bigEndian: true));
}

/// <summary>A znode of a topic that only the service writes is not as the service left it.</summary>
internal sealed class TopicZNodeException(string message) : Exception(message);
