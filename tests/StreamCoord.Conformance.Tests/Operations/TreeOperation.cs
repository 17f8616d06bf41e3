using System.Text.Json;
using System.Text.Json.Serialization;

namespace StreamCoord.Conformance.Tests.Operations;

/// <summary>One step of a sequence, in the words of the reference's driver. What a kind does not have is null.</summary>
public sealed record TreeOperation(string Kind, string Connection)
{
    public string? Path { get; init; }

    /// <summary>In base64; null is null data.</summary>
    public string? Data { get; init; }

    public int? Version { get; init; }

    public string? Mode { get; init; }

    public long? Ttl { get; init; }

    public IReadOnlyList<string>? Acl { get; init; }

    public IReadOnlyList<TreeOperation>? Ops { get; init; }

    /// <summary>user:password of the scheme digest.</summary>
    public string? User { get; init; }

    [JsonIgnore]
    public bool IsRead => Kind is "get" or "exists" or "children" or "get_acl" or "ephemerals";

    /// <summary>Whether the path is one of those that no znode can have.</summary>
    [JsonIgnore]
    public bool HasBadPath => OperationGenerator.BadPaths.Contains(Path) || Path is ['/', .., '/'];

    public string ToJson() => JsonSerializer.Serialize(this, WireJson.Options);

    public override string ToString() => ToJson();
}

/// <summary>How operations and replies are written.</summary>
internal static class WireJson
{
    public static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };
}
