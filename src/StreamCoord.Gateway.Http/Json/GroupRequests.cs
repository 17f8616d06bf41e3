using System.Text.Json.Serialization;

namespace StreamCoord.Gateway.Http.Json;

/// <summary>The body of POST on a group's offsets.</summary>
internal sealed record GroupOffsetsBody(List<GroupOffsetBody>? Offsets);

/// <summary>The next offset to read of a partition, within <see cref="GroupOffsetsBody"/>.</summary>
internal sealed record GroupOffsetBody(string? Topic, int? Partition, long? Offset);

/// <summary>How the bodies above are read.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(GroupOffsetsBody))]
internal sealed partial class GroupRequestJson : JsonSerializerContext;
