using System.Globalization;

namespace StreamCoord.Records;

/// <summary>Checks batches. Pure; safe for concurrent use; never throws for what is in the bytes.</summary>
public static class BatchValidator
{
    /// <summary>
    /// Checks a batch that a client wants appended, in Kafka's order; the first problem counts. Allocates nothing for an uncompressed
    /// batch that is valid.
    /// </summary>
    /// <param name="batch">Exactly one batch.</param>
    /// <param name="rules">What the topic demands.</param>
    public static BatchCheckResult Check(ReadOnlySpan<byte> batch, in BatchRules rules)
    {
        if (batch.Length > rules.BatchSizeBytesMax)
        {
            return BatchCheckResult.Refused(BatchProblem.TooLarge, string.Create(CultureInfo.InvariantCulture,
                $"The batch has {batch.Length} bytes, the topic's max.message.bytes allows {rules.BatchSizeBytesMax}. Send smaller batches or raise the configuration."));
        }
        BatchCheckResult? refusal = CheckIntegrity(batch, out BatchHeader header) ?? CheckHeader(header, rules);
        return refusal ?? CheckRecords(batch, header, rules);
    }

    /// <summary>
    /// Checks a batch that was accepted before: its structure and its CRC, not its records. For recovery and verification.
    /// </summary>
    /// <param name="bytes">Bytes that begin with the batch; what follows it is not looked at.</param>
    public static BatchProblem CheckStored(ReadOnlySpan<byte> bytes)
    {
        BatchProblem problem = ReadWhole(bytes, out BatchHeader header);
        if (problem != BatchProblem.None)
        {
            return problem;
        }
        if (Crc32C.Compute(bytes[BatchLayout.CrcCoversFrom..header.SizeBytes]) != header.Crc)
        {
            return BatchProblem.CrcMismatch;
        }
        bool countFits = header.RecordCount >= 0 && header.LastOffsetDelta >= 0 && header.RecordCount <= header.LastOffsetDelta + 1L;
        return countFits ? BatchProblem.None : BatchProblem.BadRecordCount;
    }

    /// <summary>Reads a header and makes sure that the whole batch is there and of the format this codec knows.</summary>
    internal static BatchProblem ReadWhole(ReadOnlySpan<byte> bytes, out BatchHeader header)
    {
        if (!BatchHeader.TryRead(bytes, out header))
        {
            return bytes.Length < BatchLayout.HeaderSizeBytes ? BatchProblem.Truncated : BatchProblem.BadLength;
        }
        if (header.Magic != BatchLayout.MagicV2)
        {
            return BatchProblem.UnsupportedMagic;
        }
        return header.SizeBytes > bytes.Length ? BatchProblem.Truncated : BatchProblem.None;
    }

    private static BatchCheckResult? CheckIntegrity(ReadOnlySpan<byte> batch, out BatchHeader header)
    {
        // The magic byte comes before the CRC: the older formats keep theirs elsewhere.
        BatchProblem problem = ReadWhole(batch, out header);
        if (problem != BatchProblem.None)
        {
            return BatchCheckResult.Refused(problem, problem.Describe());
        }
        if (header.SizeBytes != batch.Length)
        {
            return BatchCheckResult.Refused(BatchProblem.BadLength, string.Create(CultureInfo.InvariantCulture,
                $"The batch's length field says {header.SizeBytes} bytes, but {batch.Length} were sent as one batch."));
        }
        uint crc = Crc32C.Compute(batch[BatchLayout.CrcCoversFrom..]);
        if (crc != header.Crc)
        {
            return BatchCheckResult.Refused(BatchProblem.CrcMismatch, string.Create(CultureInfo.InvariantCulture,
                $"The batch's CRC is {header.Crc:x8}, its bytes have {crc:x8}: they were damaged on the way. Send them again."));
        }
        return null;
    }

    private static BatchCheckResult? CheckHeader(in BatchHeader header, in BatchRules rules)
    {
        if (header.RecordCount <= 0 || header.LastOffsetDelta != header.RecordCount - 1)
        {
            return BatchCheckResult.Refused(BatchProblem.BadRecordCount, string.Create(CultureInfo.InvariantCulture,
                $"The batch says it has {header.RecordCount} records and a last offset delta of {header.LastOffsetDelta}: the delta must be one less than the count, and the count at least 1."));
        }
        if (header.IsControl && !rules.IsFromCoordinator)
        {
            return BatchCheckResult.Refused(BatchProblem.ControlBatch, BatchProblem.ControlBatch.Describe());
        }
        if (header.HasProducer && (header.ProducerEpoch < 0 || (header.BaseSequence < 0 && !rules.IsFromCoordinator)))
        {
            return BatchCheckResult.Refused(BatchProblem.BadProducerFields, string.Create(CultureInfo.InvariantCulture,
                $"The batch has producer id {header.ProducerId} with epoch {header.ProducerEpoch} and base sequence {header.BaseSequence}: both must be 0 or greater."));
        }
        if (header.IsTransactional && !header.HasProducer)
        {
            return BatchCheckResult.Refused(BatchProblem.BadProducerFields, "A transactional batch needs a producer id.");
        }
        if (header.HasLogAppendTime)
        {
            return BatchCheckResult.Refused(BatchProblem.BadTimestamp, "A producer may not set the timestamp type LogAppendTime; the topic decides it.");
        }
        return CheckCodec(header.Compression, rules);
    }

    private static BatchCheckResult? CheckCodec(CompressionCodec codec, in BatchRules rules)
    {
        if (codec > CompressionCodec.Zstd)
        {
            return BatchCheckResult.Refused(BatchProblem.UnsupportedCodec, string.Create(CultureInfo.InvariantCulture,
                $"Compression codec {(int)codec} does not exist: 0 is none, 1 gzip, 2 snappy, 3 lz4, 4 zstd."));
        }
        return codec == CompressionCodec.Zstd && !rules.AllowsZstd
            ? BatchCheckResult.Refused(BatchProblem.UnsupportedCodec, "zstd needs a newer version of the produce request.")
            : null;
    }

    private static BatchCheckResult CheckRecords(ReadOnlySpan<byte> batch, in BatchHeader header, in BatchRules rules)
    {
        PooledBuffer? decompressed = null;
        try
        {
            BatchProblem problem = RecordReader.Open(batch, rules.DecompressedBytesMax, out _, out decompressed, out ReadOnlySpan<byte> records);
            if (problem == BatchProblem.DecompressedTooLarge)
            {
                return BatchCheckResult.Refused(problem, string.Create(CultureInfo.InvariantCulture,
                    $"The batch's records take more than {rules.DecompressedBytesMax} bytes when decompressed. Send smaller batches."));
            }
            return problem == BatchProblem.None
                ? Walk(records, header, rules)
                : BatchCheckResult.Refused(problem, problem.Describe());
        }
        finally
        {
            decompressed?.Dispose();
        }
    }

    private static BatchCheckResult Walk(ReadOnlySpan<byte> records, in BatchHeader header, in BatchRules rules)
    {
        (long earliestMs, long latestMs) = TimestampBounds(rules);
        long maxTimestampMs = long.MinValue;
        int maxTimestampIndex = 0;
        int at = 0;
        for (int i = 0; i < header.RecordCount; i++)
        {
            if (!RecordFrame.TryRead(records, ref at, out RecordFrame frame))
            {
                return Malformed(i, header.RecordCount);
            }
            if (frame.OffsetDelta != i)
            {
                return BatchCheckResult.Refused(BatchProblem.BadOffsetDelta, string.Create(CultureInfo.InvariantCulture,
                    $"Record {i} of the batch has offset delta {frame.OffsetDelta}; they must count up from 0."), i);
            }
            if (frame.KeyLength < 0 && rules.RequiresKey)
            {
                return BatchCheckResult.Refused(BatchProblem.MissingKey, string.Create(CultureInfo.InvariantCulture,
                    $"Record {i} of the batch has no key; a topic with cleanup.policy=compact needs one in every record."), i);
            }
            long timestampMs = header.BaseTimestampMs + frame.TimestampDeltaMs;
            if ((timestampMs < earliestMs || timestampMs > latestMs) && timestampMs != NoTimestamp)
            {
                return BatchCheckResult.Refused(BatchProblem.BadTimestamp, string.Create(CultureInfo.InvariantCulture,
                    $"Record {i} of the batch has timestamp {timestampMs}; the topic takes {earliestMs} to {latestMs} now."), i);
            }
            if (timestampMs > maxTimestampMs)
            {
                maxTimestampMs = timestampMs;
                maxTimestampIndex = i;
            }
        }
        return at == records.Length ? BatchCheckResult.Valid(maxTimestampMs, maxTimestampIndex) : LeftOver(records.Length - at);
    }

    /// <summary>What a producer that knows no time writes.</summary>
    private const long NoTimestamp = -1;

    private static (long EarliestMs, long LatestMs) TimestampBounds(in BatchRules rules)
    {
        if (!rules.ChecksTimestamps)
        {
            return (long.MinValue, long.MaxValue);
        }
        long latestMs = rules.TimestampAfterMaxMs > long.MaxValue - rules.NowMs ? long.MaxValue : rules.NowMs + rules.TimestampAfterMaxMs;
        return (rules.NowMs - rules.TimestampBeforeMaxMs, latestMs);
    }

    private static BatchCheckResult Malformed(int index, int count) =>
        BatchCheckResult.Refused(BatchProblem.MalformedRecord, string.Create(CultureInfo.InvariantCulture,
            $"Record {index} of the batch's {count} is malformed: a length in it leads outside."), index);

    private static BatchCheckResult LeftOver(int sizeBytes) =>
        BatchCheckResult.Refused(BatchProblem.MalformedRecord, string.Create(CultureInfo.InvariantCulture,
            $"{sizeBytes} bytes are left behind the last record of the batch."));
}
