namespace StreamCoord.Coordination.Tree;

/// <summary>
/// Where the sequencer puts the records of a transaction: all of one transaction become one atomic batch of the log. Used by one thread at a time; the spans are the
/// caller's again when a call returns.
/// </summary>
public interface ITransactionWriter
{
    /// <summary>Begins a transaction.</summary>
    /// <param name="nowMs">Its time, milliseconds since 1970.</param>
    void Begin(long nowMs);

    /// <summary>A record with a value in two parts.</summary>
    void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, ReadOnlySpan<byte> data = default);

    /// <summary>A tombstone.</summary>
    void Delete(ReadOnlySpan<byte> key);

    /// <summary>Ends the transaction's batch.</summary>
    void Commit();

    /// <summary>Drops the records of the transaction.</summary>
    void Abort();
}
