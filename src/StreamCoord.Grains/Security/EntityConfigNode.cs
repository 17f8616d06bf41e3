using System.Text.Json;
using StreamCoord.Grains.Brokers;

namespace StreamCoord.Grains.Security;

/// <summary>The JSON of /config/users/U and its like (version 1): credentials and quotas, as text. Immutable.</summary>
internal sealed record EntityConfigNode(int Version, IReadOnlyDictionary<string, string> Config)
{
    private const int NewestVersion = 1;

    public static byte[] Write(IReadOnlyDictionary<string, string> config) =>
        JsonSerializer.SerializeToUtf8Bytes(new EntityConfigNode(NewestVersion, config), KafkaJson.Default.EntityConfigNode);

    /// <summary>The configurations; null when it is not what Kafka writes.</summary>
    public static IReadOnlyDictionary<string, string>? TryRead(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, KafkaJson.Default.EntityConfigNode) is { Version: NewestVersion, Config: { } config } && config.Values.All(value => value is not null) ? config : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
