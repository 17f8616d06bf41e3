using System.Text.Json.Nodes;

namespace StreamCoord.ZNodes;

/// <summary>What a command of ZooKeeper's AdminServer is answered. It belongs to whoever has asked.</summary>
/// <param name="Command">The command's long name; as it was asked for when there is none of that name.</param>
/// <param name="IsKnown">False when ZooKeeper has no such command.</param>
/// <param name="Members">The answer, by the AdminServer's names; empty where there is an error.</param>
/// <param name="Error">Why there is no answer, for people; null when there is one.</param>
public sealed record ServerCommandReply(string Command, bool IsKnown, JsonObject Members, string? Error);
