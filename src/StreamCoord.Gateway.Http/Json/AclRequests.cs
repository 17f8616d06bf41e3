using System.Text.Json.Serialization;

namespace StreamCoord.Gateway.Http.Json;

/// <summary>The body of POST acls, and an entry of <see cref="AclBatchBody"/>.</summary>
internal sealed record AclBody(string? ResourceType, string? ResourceName, string? PatternType, string? Principal, string? Host, string? Operation, string? Permission);

/// <summary>The body of POST acls:batch.</summary>
internal sealed record AclBatchBody(List<AclBody?>? Data);

/// <summary>How the bodies above are read.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(AclBody))]
[JsonSerializable(typeof(AclBatchBody))]
internal sealed partial class AclRequestJson : JsonSerializerContext;
