using StreamCoord.Partitions;
using StreamCoord.Records;

namespace StreamCoord.Client.Producing;

/// <summary>
/// A batch of one partition while it gathers records and until it is settled. Used again for later batches; what outlives it is its <see cref="BatchDelivery"/>. Not safe for concurrent use: the sender's lock holds
/// it until it is on its way.
/// </summary>
internal sealed class ProducerBatch(CompressionCodec codec, int? level) : IDisposable
{
    private readonly RecordBatchBuilder _builder = new() { Codec = codec, Level = level };

    /// <summary>What comes of it.</summary>
    public BatchDelivery Delivery { get; private set; } = null!;

    /// <summary>How much of the buffer's memory it has. Bytes.</summary>
    public long TakenBytes { get; set; }

    /// <summary>When it was begun, by the clock's timestamp.</summary>
    public long Started { get; private set; }

    /// <summary>How many records it holds.</summary>
    public int RecordCount => _builder.RecordCount;

    /// <summary>Its size, before compression. Bytes.</summary>
    public int SizeBytes => _builder.SizeBytes;

    /// <summary>Begins a new one.</summary>
    /// <param name="partition">Where it goes.</param>
    /// <param name="started">The clock's timestamp.</param>
    /// <param name="expectedBytes">How large it will probably get.</param>
    public void Begin(TopicPartition partition, long started, int expectedBytes)
    {
        Delivery = new BatchDelivery(partition);
        (Started, TakenBytes) = (started, 0);
        _builder.Reserve(expectedBytes);
    }

    /// <summary>Adds a record.</summary>
    public Delivery Add(in OutgoingRecord record, long timestampMs, ReadOnlySpan<RecordHeader> headers)
    {
        _builder.Append(
            timestampMs,
            record.Key is { } key ? new NullableBytes(key.Span) : NullableBytes.Null,
            record.Value is { } value ? new NullableBytes(value.Span) : NullableBytes.Null,
            headers);
        Delivery.RecordCount = _builder.RecordCount;
        return new Delivery(Delivery, _builder.RecordCount - 1, timestampMs);
    }

    /// <summary>Finishes it, compressed and numbered. The caller owns the bytes.</summary>
    public RecordData Build(ProducerIdentity identity, int baseSequence)
    {
        _builder.ProducerId = identity.ProducerId;
        _builder.ProducerEpoch = identity.Epoch;
        _builder.BaseSequence = identity.ProducerId < 0 ? -1 : baseSequence;
        _builder.IsTransactional = identity.TransactionalId is not null;
        return _builder.Build();
    }

    /// <summary>Forgets its records.</summary>
    public void Reset() => _builder.Reset();

    /// <inheritdoc/>
    public void Dispose() => _builder.Dispose();
}
