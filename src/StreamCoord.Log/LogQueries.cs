using StreamCoord.Partitions;
using StreamCoord.Records;
using StreamCoord.Replication;

namespace StreamCoord.Log;

/// <summary>
/// Answers what clients ask of a log: batches from an offset on, an offset by time. Holds nothing; runs beside the writer on
/// threads that may block. Nothing at or above the high watermark is ever in an answer.
/// </summary>
internal sealed class LogQueries(LogContext context, PartitionLog owner)
{
    /// <summary>See <see cref="PartitionLog.ReadAsync"/>.</summary>
    public FetchReply Read(Offset from, int maxBytes, IsolationLevel isolation)
    {
        while (true)
        {
            OpenLog log = owner.EnsureOpen();
            // The stable offset first: it never lies above a high watermark that is read after it.
            Offset stable = owner.LastStableOffset;
            Offset limit = owner.HighWatermark;
            Offset readable = isolation == IsolationLevel.ReadCommitted ? stable : limit;
            // Read once: retention moves it beside this, and an answer must not contradict itself.
            Offset start = log.StartOffset;
            if (from < start || from > limit)
            {
                return new FetchReply(ErrorCode.OffsetOutOfRange, $"Offset {from} is not in the log, which holds offsets {start} up to {limit}.",
                    RecordData.Empty, limit, start, Offset.None)
                { LastStableOffset = stable };
            }
            ReadOutcome outcome = LogReader.Read(log, from, readable, maxBytes, owner.Config);
            if (outcome.IsStale)
            {
                continue;
            }
            if (outcome.Damage is { } damage)
            {
                NoteDamage(damage);
                return new FetchReply(ErrorCode.CorruptMessage,
                    $"Offsets {damage.From} up to {damage.To} cannot be read: {damage.File} is damaged at byte {damage.PositionBytes}. Go on at offset {damage.To}.",
                    RecordData.Empty, limit, start, damage.To)
                { LastStableOffset = stable };
            }
            return Answer(log, outcome.Data, new ReadRange(from, start, limit, stable), isolation);
        }
    }

    /// <summary>The same as far as it needs no thread that may block; else null.</summary>
    public FetchReply? TryReadTail(Offset from, int maxBytes, IsolationLevel isolation)
    {
        if (owner.UseIfOpen() is not { } log)
        {
            return null;
        }
        Offset stable = owner.LastStableOffset;
        Offset limit = owner.HighWatermark;
        Offset start = log.StartOffset;
        return from >= start && LogReader.TryReadTail(log, from, isolation == IsolationLevel.ReadCommitted ? stable : limit, maxBytes) is { } data
            ? Answer(log, data, new ReadRange(from, start, limit, stable), isolation)
            : null;
    }

    /// <summary>See <see cref="PartitionLog.ReadForReplicaAsync"/>.</summary>
    public ReplicaRead ReadForReplica(Offset from, int maxBytes)
    {
        while (true)
        {
            OpenLog log = owner.EnsureOpen();
            ReadOutcome outcome = LogReader.Read(log, from, owner.EndOffset, maxBytes, owner.Config);
            // What is not committed may be cut and written anew while it is read.
            if (outcome.IsStale || (outcome.Damage is not null && owner.EnsureOpen() != log))
            {
                continue;
            }
            // Looked at afterwards: retention raises the start before it takes a segment away.
            if (from < log.StartOffset)
            {
                outcome.Data.Dispose();
                return ReplicaRead.Nothing with { Error = ErrorCode.OffsetOutOfRange };
            }
            if (outcome.Damage is { } damage)
            {
                NoteDamage(damage);
                return ReplicaRead.Nothing with { Error = ErrorCode.CorruptMessage, Damage = damage };
            }
            return ForReplica(outcome.Data);
        }
    }

    /// <summary>The same as far as it needs no thread that may block; else null.</summary>
    public ReplicaRead? TryReadTailForReplica(Offset from, int maxBytes)
    {
        if (owner.UseIfOpen() is not { } log || from < log.StartOffset)
        {
            return null;
        }
        Offset end = owner.EndOffset;
        return from >= end ? ReplicaRead.Nothing : LogReader.TryReadTail(log, from, end, maxBytes) is { } data ? ForReplica(data) : null;
    }

    private void NoteDamage(DamagedRange damage)
    {
        context.Metrics.Damaged();
        owner.NoteDamage(damage.From);
    }

    private static ReplicaRead ForReplica(RecordData data)
    {
        List<BatchMark> marks = [];
        var batches = new BatchSequence(data.Bytes.Span);
        while (batches.MoveNext(out BatchHeader header, out _))
        {
            marks.Add(new BatchMark(header.BaseOffset, header.NextOffset, header.LeaderEpoch));
        }
        return new ReplicaRead(data, marks);
    }

    private FetchReply Answer(OpenLog log, RecordData data, in ReadRange range, IsolationLevel isolation)
    {
        context.Metrics.Read(data.Bytes.Length);
        return new FetchReply(ErrorCode.None, null, data, range.Limit, range.Start, Offset.None)
        {
            LastStableOffset = range.Stable,
            Aborted = isolation == IsolationLevel.ReadCommitted && data.Bytes.Length > 0 ? AbortedSearch.Find(log, range.From, EndOf(data)) : [],
        };
    }

    /// <summary>See <see cref="PartitionLog.FindOffsetAsync"/>.</summary>
    public OffsetReply FindOffset(long timestampMs, IsolationLevel isolation)
    {
        OpenLog log = owner.EnsureOpen();
        Offset readable = owner.ReadableEnd(isolation);
        switch (timestampMs)
        {
            case OffsetTimestamps.Latest:
                return new OffsetReply(ErrorCode.None, null, readable, -1, log.Epochs.Latest);
            case OffsetTimestamps.Earliest:
                return new OffsetReply(ErrorCode.None, null, log.StartOffset, -1, log.Epochs.EpochOf(log.StartOffset));
            case < OffsetTimestamps.MaxTimestamp:
                return new OffsetReply(ErrorCode.UnsupportedVersion, $"There is no special timestamp {timestampMs}.", Offset.None, -1, LeaderEpoch.Unknown);
        }
        TimedRecord? found = timestampMs == OffsetTimestamps.MaxTimestamp
            ? LogTimeSearch.Newest(log, readable, owner.Config)
            : LogTimeSearch.FirstAtOrAfter(log, timestampMs, readable, owner.Config);
        return found is { } record
            ? new OffsetReply(ErrorCode.None, null, record.Offset, record.TimestampMs, record.Epoch)
            : new OffsetReply(ErrorCode.None, null, Offset.None, -1, LeaderEpoch.Unknown);
    }

    private static Offset EndOf(RecordData data)
    {
        var batches = new BatchSequence(data.Bytes.Span);
        Offset end = Offset.Zero;
        while (batches.MoveNext(out BatchHeader header, out _))
        {
            end = header.NextOffset;
        }
        return end;
    }

    /// <summary>What a read is told about the log beside its data.</summary>
    private readonly record struct ReadRange(Offset From, Offset Start, Offset Limit, Offset Stable);
}
