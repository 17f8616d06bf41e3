using System.Text.Json.Serialization;

namespace StreamCoord.Gateway.Http.Json;

/// <summary>The body of POST /v3/clusters/{cluster_id}/topics.</summary>
internal sealed record CreateTopicBody(
    string? TopicName,
    int? PartitionsCount,
    int? ReplicationFactor,
    Dictionary<string, int[]>? ReplicasAssignments,
    List<ConfigBody>? Configs,
    bool? ValidateOnly);

/// <summary>A configuration within <see cref="CreateTopicBody"/>.</summary>
internal sealed record ConfigBody(string? Name, string? Value);

/// <summary>The body of PATCH on a topic.</summary>
internal sealed record PartitionCountBody(int? PartitionsCount);

/// <summary>The body of PUT on a configuration.</summary>
internal sealed record ConfigValueBody(string? Value);

/// <summary>The body of POST configs:alter.</summary>
internal sealed record AlterConfigsBody(List<ConfigOperationBody>? Data, bool? ValidateOnly);

/// <summary>A change within <see cref="AlterConfigsBody"/>; the operation is SET (default) or DELETE.</summary>
internal sealed record ConfigOperationBody(string? Name, string? Value, string? Operation);

/// <summary>How the bodies above are read.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(CreateTopicBody))]
[JsonSerializable(typeof(PartitionCountBody))]
[JsonSerializable(typeof(ConfigValueBody))]
[JsonSerializable(typeof(AlterConfigsBody))]
internal sealed partial class RequestJson : JsonSerializerContext;
