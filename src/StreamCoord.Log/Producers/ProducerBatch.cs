namespace StreamCoord.Log.Producers;

/// <summary>What is remembered of one batch of an idempotent producer, to recognise it when it comes again.</summary>
/// <param name="BaseSequence">The sequence number of its first record.</param>
/// <param name="LastSequence">The sequence number of its last record.</param>
/// <param name="BaseOffset">The offset of its first record.</param>
/// <param name="LastOffset">The offset of its last record.</param>
/// <param name="TimestampMs">Its largest timestamp, milliseconds since 1970.</param>
internal readonly record struct ProducerBatch(
    int BaseSequence, int LastSequence, Offset BaseOffset, Offset LastOffset, long TimestampMs);
