using System.Buffers.Binary;

namespace StreamCoord.Records;

/// <summary>Decides for one record whether compaction keeps it.</summary>
public delegate bool RecordPredicate(in RecordView record);

/// <summary>What <see cref="BatchRewriter.Filter"/> did.</summary>
/// <param name="Problem">What is wrong with the batch; nothing was written then.</param>
/// <param name="KeptCount">How many records are left.</param>
/// <param name="DroppedCount">How many went.</param>
public readonly record struct FilterResult(BatchProblem Problem, int KeptCount, int DroppedCount);

/// <summary>Rewrites batches. Pure; safe for concurrent use. Offsets, sequence numbers, keys, values and headers never change.</summary>
public static class BatchRewriter
{
    /// <summary>
    /// Adds the batch, with its records in another codec, to <paramref name="output"/>. On a problem nothing is added. The caller leaves
    /// control batches alone: they are never compressed.
    /// </summary>
    /// <param name="batch">One whole batch.</param>
    /// <param name="codec">The new codec.</param>
    /// <param name="level">Its level; see <see cref="BatchCompression.Compress"/>.</param>
    /// <param name="output">Where the new batch goes, behind what is there.</param>
    /// <param name="decompressedBytesMax">The most memory that the plain records may take.</param>
    public static BatchProblem Recompress(
        ReadOnlySpan<byte> batch, CompressionCodec codec, int? level, PooledBuffer output, int decompressedBytesMax = BatchCompression.DecompressedBytesMaxDefault)
    {
        PooledBuffer? decompressed = null;
        try
        {
            BatchProblem problem = RecordReader.Open(batch, decompressedBytesMax, out _, out decompressed, out ReadOnlySpan<byte> records);
            if (problem == BatchProblem.None)
            {
                int start = output.WrittenBytes;
                output.Write(batch[..BatchLayout.HeaderSizeBytes]);
                BatchCompression.Compress(codec, level, records, output);
                Span<byte> written = output.WrittenSpan[start..];
                SetCodec(written, codec);
                FinishCopy(written);
            }
            return problem;
        }
        finally
        {
            decompressed?.Dispose();
        }
    }

    /// <summary>
    /// Adds what compaction leaves of a batch to <paramref name="output"/>: the batch as it is when every record stays, else a batch of the
    /// surviving records at their offsets; when none survives, a header without records. Base offset, last offset delta, producer,
    /// base sequence, leader epoch and codec stay as they are; the largest timestamp becomes that of the survivors. On a problem
    /// nothing is added.
    /// </summary>
    /// <param name="batch">One whole batch.</param>
    /// <param name="keep">Asked for each record in order.</param>
    /// <param name="newDeleteHorizonMs">
    /// The time (milliseconds since 1970) to note as delete horizon when the batch has none yet and a tombstone or a marker survives;
    /// null to note nothing.
    /// </param>
    /// <param name="output">Where the new batch goes, behind what is there.</param>
    public static FilterResult Filter(ReadOnlySpan<byte> batch, RecordPredicate keep, long? newDeleteHorizonMs, PooledBuffer output)
    {
        var kept = new List<bool>();
        FilterResult result = Judge(batch, keep, kept, out BatchHeader header, out bool needsHorizon);
        if (result.Problem != BatchProblem.None)
        {
            return result;
        }
        bool stampsHorizon = newDeleteHorizonMs is not null && needsHorizon && !header.HasDeleteHorizon;
        if (result.DroppedCount == 0 && !stampsHorizon)
        {
            output.Write(batch[..header.SizeBytes]);
        }
        else if (result.KeptCount == 0)
        {
            WriteEmpty(batch, output);
        }
        else
        {
            Rebuild(batch, kept, stampsHorizon ? newDeleteHorizonMs : null, output);
        }
        return result;
    }

    private static FilterResult Judge(ReadOnlySpan<byte> batch, RecordPredicate keep, List<bool> kept, out BatchHeader header, out bool needsHorizon)
    {
        using var reader = new RecordReader(batch);
        header = reader.Header;
        needsHorizon = false;
        int keptCount = 0;
        while (reader.MoveNext(out RecordView record))
        {
            bool keeps = keep(record);
            kept.Add(keeps);
            keptCount += keeps ? 1 : 0;
            needsHorizon |= keeps && (header.IsControl || record.Value.IsNull);
        }
        return new FilterResult(reader.Problem, keptCount, kept.Count - keptCount);
    }

    private static void Rebuild(ReadOnlySpan<byte> batch, List<bool> kept, long? newDeleteHorizonMs, PooledBuffer output)
    {
        using var reader = new RecordReader(batch);
        BatchHeader header = reader.Header;
        using var builder = new RecordBatchBuilder
        {
            BaseOffset = header.BaseOffset,
            LeaderEpoch = header.LeaderEpoch,
            ProducerId = header.ProducerId,
            ProducerEpoch = header.ProducerEpoch,
            BaseSequence = header.BaseSequence,
            IsTransactional = header.IsTransactional,
            IsControl = header.IsControl,
            DeleteHorizonMs = newDeleteHorizonMs ?? (header.HasDeleteHorizon ? header.BaseTimestampMs : null),
            Codec = header.Compression,
        };
        for (int i = 0; reader.MoveNext(out RecordView record); i++)
        {
            if (kept[i])
            {
                builder.Append(record);
            }
        }
        using Partitions.RecordData rebuilt = builder.Build();
        Span<byte> bytes = rebuilt.Bytes.Span;
        BinaryPrimitives.WriteInt32BigEndian(bytes[BatchLayout.LastOffsetDeltaAt..], header.LastOffsetDelta);
        if (header.HasLogAppendTime)
        {
            BatchPatch.StampLogAppendTime(bytes, header.MaxTimestampMs);
        }
        BatchPatch.WriteCrc(bytes);
        output.Write(bytes);
    }

    private static void WriteEmpty(ReadOnlySpan<byte> batch, PooledBuffer output)
    {
        int start = output.WrittenBytes;
        output.Write(batch[..BatchLayout.HeaderSizeBytes]);
        Span<byte> written = output.WrittenSpan[start..];
        BinaryPrimitives.WriteInt32BigEndian(written[BatchLayout.RecordCountAt..], 0);
        SetCodec(written, CompressionCodec.None);
        FinishCopy(written);
    }

    private static void SetCodec(Span<byte> batch, CompressionCodec codec)
    {
        Span<byte> attributes = batch[BatchLayout.AttributesAt..];
        int others = BinaryPrimitives.ReadInt16BigEndian(attributes) & ~BatchLayout.CompressionMask;
        BinaryPrimitives.WriteInt16BigEndian(attributes, (short)(others | (int)codec));
    }

    private static void FinishCopy(Span<byte> batch)
    {
        BinaryPrimitives.WriteInt32BigEndian(batch[BatchLayout.LengthAt..], batch.Length - BatchLayout.LengthPrefixBytes);
        BatchPatch.WriteCrc(batch);
    }
}
