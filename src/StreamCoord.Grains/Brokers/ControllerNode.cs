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

    /// <summary>The node that a znode names; null when it names none.</summary>
    public static NodeId? TryRead(ReadOnlyMemory<byte> data)
    {
        try
        {
            return data.IsEmpty ? null : new NodeId(JsonSerializer.Deserialize(data.Span, KafkaJson.Default.ControllerNode)!.BrokerId);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
