using StreamCoord.Backups;
using StreamCoord.Coordination.Tree;
using StreamCoord.Grains.Topics;
using StreamCoord.Log;
using StreamCoord.Partitions;
using StreamCoord.Records;

namespace StreamCoord.Grains.Backups;

/// <summary>
/// Copies one partition up to where a backup has it, batch by batch as they are, into segments that are small enough to be held in memory. Of the znode tree's log it takes no transaction behind the backup's. Used once, by one caller, who lends it the memory.
/// </summary>
internal sealed class PartitionCopy(IPartitionGrain partition, PartitionCut cut, Zxid zxid, MemoryStream segment, BackupFiles files, TimeProvider time)
{
    private const int ReadBytesMax = 1024 * 1024;
    private const int SegmentBytesMax = 16 * 1024 * 1024;

    /// <summary>As long as a log's own segments allow.</summary>
    private const long OffsetSpanMax = int.MaxValue;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan RetryMax = TimeSpan.FromSeconds(60);

    private readonly string _directory = LogLayout.DirectoryOf(cut.TopicId, cut.Partition.Partition);
    private Offset _base = Offset.None;
    private Offset _start = cut.Start;
    private Offset _next = cut.Start;
    private Offset _gapsBelow = Offset.Zero;
    private bool _isComplete;

    /// <summary>Copies it.</summary>
    /// <exception cref="BackupFailedException">It could not be read.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!_isComplete && _next < cut.End)
        {
            using RecordData data = await ReadAsync(cancellationToken);
            int taken = 0;
            while (taken < data.Bytes.Length && !_isComplete)
            {
                taken += Take(data.Bytes.Span[taken..], out bool isFull);
                if (isFull)
                {
                    await FinishSegmentAsync(cancellationToken);
                }
            }
        }
        await FinishSegmentAsync(cancellationToken);
        if (cut.End > Offset.Zero)
        {
            await files.WriteAsync($"{_directory}/{LogLayout.StateFileName}", LogLayout.StateOf(_start, _gapsBelow), cancellationToken);
        }
    }

    /// <summary>Takes batches until the segment is full; returns how many bytes they have.</summary>
    private int Take(ReadOnlySpan<byte> bytes, out bool isFull)
    {
        isFull = false;
        int taken = 0;
        var sequence = new BatchSequence(bytes);
        while (sequence.MoveNext(out BatchHeader header, out ReadOnlySpan<byte> batch))
        {
            if (header.BaseOffset >= cut.End || IsBehindThePoint(batch))
            {
                _isComplete = true;
                return taken;
            }
            isFull = segment.Length > 0 && (segment.Length + header.SizeBytes > SegmentBytesMax || header.LastOffset - _base > OffsetSpanMax);
            if (isFull)
            {
                return taken;
            }
            if (segment.Length == 0)
            {
                _base = header.BaseOffset;
            }
            _gapsBelow = header.BaseOffset > _next ? header.BaseOffset : _gapsBelow;
            segment.Write(batch);
            _next = header.NextOffset;
            taken = sequence.ConsumedBytes;
        }
        return sequence.Problem == BatchProblem.None ? taken : throw new BackupFailedException($"{cut.Partition} could not be read at offset {_next}: {sequence.Problem.Describe()}");
    }

    private bool IsBehindThePoint(ReadOnlySpan<byte> batch)
    {
        if (cut.TopicId != InternalTopics.ZNodesId)
        {
            return false;
        }
        using var records = new RecordReader(batch);
        return records.MoveNext(out RecordView first) && TreeRecords.ZxidOf(first.Key.Span, first.Value.Span) is { } found && found > zxid;
    }

    private async Task FinishSegmentAsync(CancellationToken cancellationToken)
    {
        if (segment.Length > 0)
        {
            await files.WriteAsync($"{_directory}/{LogLayout.SegmentName(_base)}", segment, cancellationToken);
            segment.SetLength(0);
        }
    }

    // The partition may be moving to another leader.
    private async Task<RecordData> ReadAsync(CancellationToken cancellationToken)
    {
        long started = time.GetTimestamp();
        while (true)
        {
            FetchReply reply = await FetchAsync();
            if (reply.Error == ErrorCode.None && reply.Data.Bytes.Length > 0)
            {
                return reply.Data;
            }
            reply.Data.Dispose();
            if (reply.Error == ErrorCode.OffsetOutOfRange && reply.LogStartOffset > _next)
            {
                // Records were deleted while they were copied.
                _next = _start = Offset.Min(reply.LogStartOffset, cut.End);
                _isComplete = _next == cut.End;
                return RecordData.Empty;
            }
            if (reply.Error is ErrorCode.CorruptMessage or ErrorCode.UnknownTopicOrPartition || time.GetElapsedTime(started) > RetryMax)
            {
                throw new BackupFailedException($"{cut.Partition} could not be read at offset {_next}: {reply.Message ?? "nothing is there any more."}");
            }
            await Task.Delay(RetryDelay, time, cancellationToken);
        }
    }

    private async Task<FetchReply> FetchAsync()
    {
        try
        {
            return await partition.Fetch(new FetchRequest(_next, ReadBytesMax, MaxWaitMs: 0));
        }
        catch (Exception failure) when (failure is OrleansException or TimeoutException)
        {
            return new FetchReply(ErrorCode.NotLeaderOrFollower, failure.Message, RecordData.Empty, Offset.None, Offset.None, Offset.None);
        }
    }
}
