using System.Globalization;
using StreamCoord.Partitions;
using StreamCoord.Records;

namespace StreamCoord.Log.Appending;

/// <summary>
/// Everything that can be said about a client's batches without looking at the log: the checks of Kafka's append, the timestamp
/// rules and <c>compression.type</c>. Pure but for the stamps it writes into the batches. Runs on the caller's thread, so that the
/// log's writer does nothing but offsets and writes.
/// </summary>
internal static class BatchAdmission
{
    /// <summary>The append to queue, or a refusal: exactly one of the two.</summary>
    public static (PendingAppend? Append, AppendReply? Refusal) Admit(
        Memory<byte> bytes, RequiredAcks acks, LogConfig config, long nowMs, LeaderEpoch? onlyEpoch = null, bool isFromCoordinator = false)
    {
        if (acks is not (RequiredAcks.All or RequiredAcks.None or RequiredAcks.Leader))
        {
            return Refuse(ErrorCode.InvalidRequiredAcks, $"acks must be -1, 0 or 1, not {(short)acks}.");
        }
        BatchRules rules = RulesOf(config, nowMs) with { IsFromCoordinator = isFromCoordinator };
        var batches = new AdmittedBatch[Count(bytes.Span)];
        int totalBytes = 0;
        int at = 0;
        for (int count = 0; at < bytes.Length; count++)
        {
            BatchProblem problem = CutNext(bytes.Span[at..], out BatchHeader header);
            if (problem != BatchProblem.None)
            {
                return Refuse(problem.ToErrorCode(), problem.Describe());
            }
            Memory<byte> batch = bytes.Slice(at, header.SizeBytes);
            // A topic's limits are for what clients send; a transaction must be able to end whatever they are.
            bool isMarker = header.IsControl && isFromCoordinator;
            BatchCheckResult check = BatchValidator.Check(batch.Span, isMarker ? rules with { BatchSizeBytesMax = int.MaxValue } : rules);
            if (!check.IsValid)
            {
                return Refuse(check.Error, check.Message);
            }
            AdmittedBatch admitted = Stamp(batch, header, check, config, nowMs);
            batches[count] = admitted;
            totalBytes += admitted.Bytes.Length;
            at += header.SizeBytes;
        }
        return batches.Length == 0
            ? Refuse(ErrorCode.InvalidRecord, "The request holds no batch.")
            : Complete(batches, totalBytes, acks, config, nowMs, onlyEpoch, isFromCoordinator);
    }

    private static (PendingAppend?, AppendReply?) Complete(
        AdmittedBatch[] batches, int totalBytes, RequiredAcks acks, LogConfig config, long nowMs, LeaderEpoch? onlyEpoch, bool isFromCoordinator)
    {
        if (batches.Length > 1 && Array.Exists(batches, batch => batch.Header.HasProducer))
        {
            return Refuse(ErrorCode.InvalidRecord, "An idempotent producer sends one batch for a partition in one request.");
        }
        if (totalBytes > config.SegmentBytes && !(isFromCoordinator && batches[0].Header.IsControl))
        {
            return Refuse(ErrorCode.RecordListTooLarge, string.Create(CultureInfo.InvariantCulture,
                $"The request's {totalBytes} bytes are more than segment.bytes of the topic, {config.SegmentBytes}."));
        }
        return (new PendingAppend(batches, totalBytes, acks, config.UsesLogAppendTime ? nowMs : -1) { OnlyEpoch = onlyEpoch, IsFromCoordinator = isFromCoordinator }, null);
    }

    private static AdmittedBatch Stamp(Memory<byte> batch, BatchHeader header, BatchCheckResult check, LogConfig config, long nowMs)
    {
        if (config.Compression is { } codec && codec != header.Compression && !header.IsControl)
        {
            batch = Recompress(batch, codec, config.CompressionLevel);
        }
        if (config.UsesLogAppendTime)
        {
            BatchPatch.StampLogAppendTime(batch.Span, nowMs);
        }
        else if (header.MaxTimestampMs != check.MaxTimestampMs)
        {
            BatchPatch.SetMaxTimestamp(batch.Span, check.MaxTimestampMs);
        }
        _ = BatchHeader.TryRead(batch.Span, out BatchHeader stamped);
        return new AdmittedBatch(stamped, batch);
    }

    private static Memory<byte> Recompress(Memory<byte> batch, CompressionCodec codec, int? level)
    {
        // The memory goes to the log's writer and from there to the garbage collector: it cannot be pooled.
        using var output = new PooledBuffer();
        BatchProblem problem = BatchRewriter.Recompress(batch.Span, codec, level, output);
        Invariant.Holds(problem == BatchProblem.None);
        return output.WrittenSpan.ToArray();
    }

    // Where the bytes break off, the batch that is cut off is refused in its turn, before it would need a place.
    private static int Count(ReadOnlySpan<byte> bytes)
    {
        var sequence = new BatchSequence(bytes);
        int count = 0;
        while (sequence.MoveNext(out _, out _))
        {
            count++;
        }
        return count;
    }

    private static BatchProblem CutNext(ReadOnlySpan<byte> bytes, out BatchHeader header)
    {
        var sequence = new BatchSequence(bytes);
        _ = sequence.MoveNext(out header, out _);
        return sequence.Problem;
    }

    private static BatchRules RulesOf(LogConfig config, long nowMs) => new()
    {
        BatchSizeBytesMax = config.MaxMessageBytes,
        RequiresKey = config.Compacts,
        ChecksTimestamps = !config.UsesLogAppendTime,
        NowMs = nowMs,
        TimestampBeforeMaxMs = config.TimestampBeforeMaxMs,
        TimestampAfterMaxMs = config.TimestampAfterMaxMs,
    };

    private static (PendingAppend?, AppendReply?) Refuse(ErrorCode error, string message) => (null, AppendReply.Refused(error, message));
}
