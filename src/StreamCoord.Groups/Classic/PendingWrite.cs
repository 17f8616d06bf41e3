namespace StreamCoord.Groups.Classic;

/// <summary>A write under way: what the leader assigned, or the static member that waits for it.</summary>
internal sealed record PendingWrite(int Generation, Dictionary<string, ReadOnlyMemory<byte>>? Assignments, JoinAnswered? Replacement);
