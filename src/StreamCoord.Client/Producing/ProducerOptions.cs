using StreamCoord.Partitions;
using StreamCoord.Records;

namespace StreamCoord.Client;

/// <summary>How a <see cref="Producer"/> works. Looked at once, when the producer is made.</summary>
public sealed class ProducerOptions
{
    /// <summary>
    /// Makes the producer transactional: it is the one holder of this name in the cluster, and fences the holder before it. Null for none. Needs <see cref="IsIdempotent"/>.
    /// </summary>
    public string? TransactionalId { get; set; }

    /// <summary>How long a transaction may stay open before the cluster aborts it, in milliseconds; at most the cluster's <c>Transactions:TimeoutMsMax</c>. Default 60 s, as Kafka's producers.</summary>
    public int TransactionTimeoutMs { get; set; } = 60_000;

    /// <summary>
    /// Whether the producer numbers its batches, so that the log takes each once and in order, however often it is sent. Default true. Without it nothing is sent a second time, because the first may have been written.
    /// </summary>
    public bool IsIdempotent { get; set; } = true;

    /// <summary>What a delivery waits for. Default <see cref="RequiredAcks.All"/>, which an idempotent producer needs.</summary>
    public RequiredAcks Acks { get; set; } = RequiredAcks.All;

    /// <summary>
    /// How long a batch that is not full waits for further records, in milliseconds, 0 to 600,000. Default 5, as Kafka's producers since 4.0. While one batch of a partition is on its way the next gathers in any case, so 0 does
    /// not mean one record a batch.
    /// </summary>
    public int LingerMs { get; set; } = 5;

    /// <summary>
    /// The size at which a batch is full, before compression, in bytes, 1,024 to 16 MiB; the topic's <c>max.message.bytes</c> counts where it is smaller. Default 256 KiB, where Kafka's producers have 16 KiB and five batches
    /// under way: here one batch of a partition is under way at a time, because calls of a grain do not keep their order.
    /// </summary>
    public int BatchBytes { get; set; } = 256 * 1024;

    /// <summary>How much memory records may take that are not delivered yet, in bytes; whoever sends more waits. At least twice <see cref="BatchBytes"/>, and more than <see cref="RecordBytesMax"/>. Default 32 MiB, as Kafka's producers.</summary>
    public long BufferBytes { get; set; } = 32 * 1024 * 1024;

    /// <summary>The largest record, in bytes with key, value and headers; 1 to 64 MiB. Default 1 MiB, as Kafka's producers (<c>max.request.size</c>): a larger one holds up the calls behind it.</summary>
    public int RecordBytesMax { get; set; } = 1024 * 1024;

    /// <summary>How batches are compressed. Default not at all.</summary>
    public CompressionCodec Compression { get; set; } = CompressionCodec.None;

    /// <summary>How hard the codec tries; see <see cref="BatchCompression.Compress"/>. Null for its default.</summary>
    public int? CompressionLevel { get; set; }

    /// <summary>
    /// How long a batch may take from its first record on, in milliseconds, 1 or more: then its deliveries fail. Default 120 s, as Kafka's producers.
    /// </summary>
    public int DeliveryTimeoutMs { get; set; } = 120_000;

    /// <summary>Which partition a record goes to that names none. Default <see cref="KeyPartitioners.Murmur2"/>, as Kafka's Java clients.</summary>
    public IKeyPartitioner Partitioner { get; set; } = KeyPartitioners.Murmur2;

    /// <summary>Whether a topic that does not exist is created with the cluster's defaults, where the cluster's <c>Topics:AutoCreate</c> allows it. Default true.</summary>
    public bool CreatesTopics { get; set; } = true;

    /// <summary>
    /// Hears of every batch that was not delivered, for those who do not wait for each <see cref="Delivery"/>: the partition, how many records, and why. Called on a thread of the pool; it must return soon and not throw.
    /// </summary>
    public Action<TopicPartition, int, DeliveryFailedException>? DeliveryFailed { get; set; }

    /// <summary>Null for options that a producer can work with, else a sentence that names what is wrong and what it takes.</summary>
    internal string? Check() =>
        TransactionalId is { Length: 0 } ? $"{nameof(TransactionalId)} is empty. Leave it null, or give the producer a name that no other has."
        : TransactionalId is not null && !IsIdempotent ? $"{nameof(TransactionalId)} needs {nameof(IsIdempotent)}: a transaction is made of numbered batches. Leave it true."
        : IsIdempotent && Acks != RequiredAcks.All ? $"{nameof(Acks)} is {Acks}, and {nameof(IsIdempotent)} needs {RequiredAcks.All}. Set one of the two."
        : !Enum.IsDefined(Acks) ? $"{nameof(Acks)} is {(short)Acks}. It is All, Leader or None."
        : !Enum.IsDefined(Compression) ? $"{nameof(Compression)} is {(byte)Compression}, which is no codec."
        : Partitioner is null ? $"{nameof(Partitioner)} is null. Use one of {nameof(KeyPartitioners)}."
        : CheckRange(nameof(TransactionTimeoutMs), TransactionTimeoutMs, 1, int.MaxValue)
        ?? CheckRange(nameof(LingerMs), LingerMs, 0, 600_000)
        ?? CheckRange(nameof(BatchBytes), BatchBytes, 1_024, 16 * 1024 * 1024)
        ?? CheckRange(nameof(RecordBytesMax), RecordBytesMax, 1, 64 * 1024 * 1024)
        ?? CheckRange(nameof(BufferBytes), BufferBytes, Math.Max(2L * BatchBytes, RecordBytesMax + (long)BatchLayout.HeaderSizeBytes), long.MaxValue)
        ?? CheckRange(nameof(DeliveryTimeoutMs), DeliveryTimeoutMs, 1, int.MaxValue)
        ?? (CompressionLevel is { } level && !IsLevel(level) ? $"{nameof(CompressionLevel)} is {level}, which {Compression} does not have: gzip has 1 to 9, lz4 1 to 17, zstd -131072 to 22." : null);

    private bool IsLevel(int level) => Compression switch
    {
        CompressionCodec.Gzip => level is >= 1 and <= 9,
        CompressionCodec.Lz4 => level is >= 1 and <= 17,
        CompressionCodec.Zstd => level is >= -131_072 and <= 22,
        _ => false,
    };

    private static string? CheckRange(string name, long value, long min, long max) =>
        value >= min && value <= max ? null : $"{name} is {value}. It takes {min} to {max}.";
}
