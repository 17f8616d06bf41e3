using System.Text.Json;
using StreamCoord.Grains.Brokers;

namespace StreamCoord.Grains.Topics;

/// <summary>
/// The JSON of /streamcoord/topics/N, where N is the topic's name with every '.' as '_'. It takes the name for one topic, and keeps the configuration that is in
/// force: what users write to /config/topics may be wrong. Immutable.
/// </summary>
internal sealed record TopicRecordNode
{
    private const int NewestVersion = 1;

    public int Version { get; init; } = NewestVersion;

    public required string Topic { get; init; }

    public required IReadOnlyDictionary<string, string> Config { get; init; }

    public static byte[] Write(string name, IReadOnlyDictionary<string, string> configs) =>
        JsonSerializer.SerializeToUtf8Bytes(new TopicRecordNode { Topic = name, Config = configs }, KafkaJson.Default.TopicRecordNode);

    /// <summary>Reads what <see cref="Write"/> writes.</summary>
    /// <exception cref="TopicZNodeException">It is something else.</exception>
    public static TopicRecordNode Read(string path, ReadOnlySpan<byte> json)
    {
        try
        {
            TopicRecordNode node = JsonSerializer.Deserialize(json, KafkaJson.Default.TopicRecordNode) ?? throw new JsonException("It is null.");
            return node.Version == NewestVersion ? node : throw new JsonException($"It has version {node.Version}, and this build knows version {NewestVersion}.");
        }
        catch (JsonException failure)
        {
            throw new TopicZNodeException($"The znode {path} is not a topic's: {failure.Message} Restore it; only the service writes it.");
        }
    }
}
