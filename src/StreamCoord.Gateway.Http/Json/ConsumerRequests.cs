using System.Text.Json;
using System.Text.Json.Serialization;

namespace StreamCoord.Gateway.Http.Json;

/// <summary>The body of POST /consumers/{group}. Clients write flags as booleans and as texts.</summary>
internal sealed record CreateConsumerBody(
    string? Id,
    string? Name,
    string? Format,
    [property: JsonPropertyName("auto.offset.reset")] string? AutoOffsetReset,
    [property: JsonPropertyName("auto.commit.enable")] JsonElement? AutoCommitEnable,
    [property: JsonPropertyName("fetch.min.bytes")] JsonElement? FetchMinBytes,
    [property: JsonPropertyName("consumer.request.timeout.ms")] JsonElement? ConsumerRequestTimeoutMs);

/// <summary>The body of POST subscription: names or a pattern.</summary>
internal sealed record SubscriptionBody(
    List<string?>? Topics,
    [property: JsonPropertyName("topic_pattern")] string? TopicPattern);

/// <summary>A body that names partitions.</summary>
internal sealed record PartitionsBody(List<PartitionBody?>? Partitions);

/// <summary>A partition in a body.</summary>
internal sealed record PartitionBody(string? Topic, int? Partition);

/// <summary>A body that names offsets.</summary>
internal sealed record OffsetsBody(List<OffsetBody?>? Offsets);

/// <summary>An offset in a body.</summary>
internal sealed record OffsetBody(string? Topic, int? Partition, long? Offset, string? Metadata);

/// <summary>How the bodies above are read.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CreateConsumerBody))]
[JsonSerializable(typeof(SubscriptionBody))]
[JsonSerializable(typeof(PartitionsBody))]
[JsonSerializable(typeof(OffsetsBody))]
internal sealed partial class ConsumerJson : JsonSerializerContext;
