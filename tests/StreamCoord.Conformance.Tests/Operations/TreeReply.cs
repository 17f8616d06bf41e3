using System.Text.Json;
using System.Text.Json.Serialization;

namespace StreamCoord.Conformance.Tests.Operations;

/// <summary>What an operation was answered. What it does not yield is null.</summary>
public sealed record TreeReply
{
    /// <summary>ZooKeeper's word.</summary>
    public required string Error { get; init; }

    /// <summary>What is said of it to people; the reference says nothing.</summary>
    public string? Detail { get; init; }

    public long Zxid { get; init; }

    public string? Path { get; init; }

    public TreeStat? Stat { get; init; }

    public string? Data { get; init; }

    public IReadOnlyList<string>? Children { get; init; }

    public IReadOnlyList<string>? Acl { get; init; }

    public IReadOnlyList<TreeReply>? Results { get; init; }

    /// <summary>The session that was opened.</summary>
    public long Session { get; init; }

    /// <summary>The events that have reached each connection since the reply before: type and path.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string[]>>? Events { get; init; }

    [JsonIgnore]
    public bool IsOk => Error == "Ok";

    public override string ToString() => JsonSerializer.Serialize(this, WireJson.Options);
}

/// <summary>ZooKeeper's Stat.</summary>
public sealed record TreeStat(
    long Czxid, long Mzxid, long Ctime, long Mtime, int Version, int Cversion, int Aversion, long EphemeralOwner, int DataLength, int NumChildren, long Pzxid);
