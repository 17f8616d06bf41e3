namespace StreamCoord.Groups.Classic;

/// <summary>Names a request whose answer comes later.</summary>
/// <param name="Value">Whatever the caller counts up.</param>
public readonly record struct RequestToken(long Value);

/// <summary>Something that a <see cref="ClassicGroup"/> wants done.</summary>
public abstract record GroupOutput;

/// <summary>The answer to a join; each token gets exactly one.</summary>
/// <param name="Token">The request.</param>
/// <param name="Reply">The answer.</param>
public sealed record JoinAnswered(RequestToken Token, JoinGroupReply Reply) : GroupOutput;

/// <summary>The answer to a sync; each token gets exactly one.</summary>
/// <param name="Token">The request.</param>
/// <param name="Reply">The answer.</param>
public sealed record SyncAnswered(RequestToken Token, SyncGroupReply Reply) : GroupOutput;

/// <summary>The group's metadata is to be made durable, in the order of the outputs; <see cref="ClassicGroup.CompleteWrite"/> is told of the outcome.</summary>
/// <param name="WriteId">Names the write.</param>
/// <param name="Metadata">What to write.</param>
public sealed record MetadataToWrite(long WriteId, GroupMetadata Metadata) : GroupOutput;
