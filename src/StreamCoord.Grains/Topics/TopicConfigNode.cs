using System.Text.Json;
using StreamCoord.Grains.Brokers;
using StreamCoord.Topics;

namespace StreamCoord.Grains.Topics;

/// <summary>The JSON of /config/topics/T (version 1): the configurations set for the topic. Users may write it. Immutable.</summary>
internal sealed record TopicConfigNode
{
    private const int NewestVersion = 1;

    public int Version { get; init; } = NewestVersion;

    public required IReadOnlyDictionary<string, string> Config { get; init; }

    public static byte[] Write(IReadOnlyDictionary<string, string> configs) =>
        JsonSerializer.SerializeToUtf8Bytes(new TopicConfigNode { Config = configs }, KafkaJson.Default.TopicConfigNode);

    /// <summary>Returns null for a legal configuration of a topic, else a sentence that says what is wrong with it.</summary>
    public static string? TryRead(ReadOnlySpan<byte> json, out IReadOnlyDictionary<string, string> configs) => TryReadForm(json, out configs) ?? TopicConfigs.Check(configs);

    /// <summary>Reads names and values, whatever they mean: those of groups have the same form. Returns null, or what is wrong with the form.</summary>
    public static string? TryReadForm(ReadOnlySpan<byte> json, out IReadOnlyDictionary<string, string> configs)
    {
        configs = new Dictionary<string, string>();
        try
        {
            TopicConfigNode? node = JsonSerializer.Deserialize(json, KafkaJson.Default.TopicConfigNode);
            if (node is null || node.Config is null || node.Config.Values.Any(value => value is null))
            {
                return "It takes the form {\"version\":1,\"config\":{\"name\":\"value\"}}.";
            }
            if (node.Version != NewestVersion)
            {
                return $"It has version {node.Version}; the known one is {NewestVersion}.";
            }
            configs = node.Config;
            return null;
        }
        catch (JsonException failure)
        {
            return $"It is no JSON of the form {{\"version\":1,\"config\":{{\"name\":\"value\"}}}}: {failure.Message}";
        }
    }
}
