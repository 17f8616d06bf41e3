using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace StreamCoord.Grains.Brokers;

/// <summary>The JSON of /controller (version 2). Immutable.</summary>
internal sealed record ControllerNode(
    int Version,
    [property: JsonPropertyName("brokerid")] int BrokerId,
    string Timestamp,
    [property: JsonPropertyName("kraftControllerEpoch")] int KraftControllerEpoch)
{
    public static byte[] Write(NodeId node, long nowMs) => JsonSerializer.SerializeToUtf8Bytes(
        new ControllerNode(2, node.Value, nowMs.ToString(CultureInfo.InvariantCulture), -1), KafkaJson.Default.ControllerNode);
}
