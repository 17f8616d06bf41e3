using StreamCoord.Coordination.Tree;
using StreamCoord.Partitions;
using StreamCoord.Records;

namespace StreamCoord.Grains.ZNodes;

/// <summary>
/// Puts each transaction into one record batch, and batch behind batch, until somebody takes them all for one append. Owns its memory; not safe for concurrent use.
/// </summary>
internal sealed class TransactionBatches : ITransactionWriter, IDisposable
{
    private readonly RecordBatchBuilder _builder = new();
    private PooledBuffer _batches = new();
    private long _nowMs;

    /// <summary>How many bytes wait to be taken.</summary>
    public int WaitingBytes => _batches.WrittenBytes;

    /// <inheritdoc/>
    public void Begin(long nowMs) => _nowMs = nowMs;

    /// <inheritdoc/>
    public void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, ReadOnlySpan<byte> data = default) => _builder.Append(_nowMs, key, value, data);

    /// <inheritdoc/>
    public void Delete(ReadOnlySpan<byte> key) => _builder.Append(_nowMs, key, NullableBytes.Null);

    /// <inheritdoc/>
    public void Commit() => _builder.BuildInto(_batches);

    /// <inheritdoc/>
    public void Abort() => _builder.Reset();

    /// <summary>Takes everything that waits; the receiver disposes it.</summary>
    public RecordData Take()
    {
        PooledBuffer taken = _batches;
        _batches = new PooledBuffer();
        return new RecordData(taken, taken.WrittenBytes);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _builder.Dispose();
        _batches.Dispose();
    }
}
