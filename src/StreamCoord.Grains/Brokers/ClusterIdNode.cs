using System.Text.Json;

namespace StreamCoord.Grains.Brokers;

/// <summary>The JSON of /cluster/id; Kafka writes the version as text there. Immutable.</summary>
internal sealed record ClusterIdNode(string Version, string Id)
{
    public static byte[] Write(string clusterId) => JsonSerializer.SerializeToUtf8Bytes(new ClusterIdNode("1", clusterId), KafkaJson.Default.ClusterIdNode);
}
