namespace StreamCoord.ZNodes;

/// <summary>
/// The sequencer of the znode tree: gives every change its place in the one total order. Key: <see cref="TreeName"/>. Front ends reach it through
/// <see cref="ICoordination"/>, which gathers their writes; a client app may call it itself.
/// </summary>
/// <remarks>All methods may run interleaved. A finished <see cref="Submit"/> is durable.</remarks>
[Alias("StreamCoord.IZNodeTreeGrain")]
public interface IZNodeTreeGrain : IGrainWithStringKey
{
    /// <summary>The key of the cluster's tree: the name of its topic.</summary>
    const string TreeName = "__znodes";

    /// <summary>The present term of the sequencer, which batches are numbered for. Begins one when there is none.</summary>
    [Alias("GetTerm")]
    Task<LeaderEpoch> GetTerm();

    /// <summary>Carries out writes in their order; each succeeds or fails on its own.</summary>
    [Alias("Submit")]
    Task<WriteBatchReply> Submit(WriteBatch batch);

    /// <summary>The newest committed transaction, confirmed to be the newest anywhere.</summary>
    [Alias("Sync")]
    Task<Zxid> Sync();

    /// <summary>Signs of life of sessions, gathered by a silo. Returns those of them that have ended.</summary>
    [Alias("Touch")]
    Task<IReadOnlyList<SessionId>> Touch(IReadOnlyList<SessionId> sessions);

    /// <summary>The sessions that live, and when their time is over.</summary>
    [Alias("ListExpiries")]
    Task<IReadOnlyList<SessionExpiry>> ListExpiries();

    /// <summary>See <see cref="ICoordination.ResumeSessionAsync"/>.</summary>
    [Alias("ResumeSession")]
    Task<ZNodeReply> ResumeSession(SessionId session, ReadOnlyMemory<byte> password, int? timeoutMs);
}

/// <summary>Writes of one sender. The sequencer takes a sender's batches in the order of their numbers.</summary>
/// <param name="Sender">Whoever numbers the batches: a silo in one life of its process. Empty: the batch has no order to others.</param>
/// <param name="Number">0 for the sender's first batch to this term of the sequencer.</param>
/// <param name="Term">The term the sender numbers for; a batch for another term is refused whole, with <see cref="ZNodeError.ConnectionLoss"/>.</param>
/// <param name="Requests">The writes.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.WriteBatch")]
public sealed record WriteBatch(
    [property: Id(0)] Guid Sender,
    [property: Id(1)] long Number,
    [property: Id(2)] LeaderEpoch Term,
    [property: Id(3)] IReadOnlyList<WriteRequest> Requests);

/// <summary>The replies to a batch, in the order of its requests. Immutable, so that it travels by reference within a silo.</summary>
[GenerateSerializer, Immutable, Alias("StreamCoord.WriteBatchReply")]
public sealed record WriteBatchReply([property: Id(0)] IReadOnlyList<ZNodeReply> Replies);

/// <summary>One write of a batch.</summary>
[GenerateSerializer, Immutable, Alias("StreamCoord.WriteRequest")]
public sealed record WriteRequest([property: Id(0)] ZNodeCaller Caller, [property: Id(1)] WriteOperation Operation);
