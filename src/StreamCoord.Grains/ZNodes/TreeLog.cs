using StreamCoord.Grains.Replicas;
using StreamCoord.Grains.Topics;
using StreamCoord.Log;
using StreamCoord.Partitions;
using StreamCoord.Records;
using StreamCoord.Topics;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.ZNodes;

/// <summary>
/// This silo's copy of the log of <c>__znodes</c>, for reading. Safe for concurrent use. What it shows is committed: it lies below the high watermark.
/// </summary>
/// <remarks>What the copy lacks, because its disk takes no writes or has lost some, is read from the leader's: the silo still knows the tree.</remarks>
internal sealed class TreeLog
{
    // A single record is looked for: most batches are far smaller, and a larger one is read whole anyway.
    private const int LookupBytes = 16 * 1024;

    /// <summary>How long the leader waits for news before it says that there are none.</summary>
    private const int LeaderWaitMs = 500;

    private readonly PartitionLog _log;
    private readonly ReplicaRegistry _replicas;
    private readonly IGrainFactory _grains;
    private PartitionReplica? _replica;

    public TreeLog(LogManager logs, InternalTopics topics, ReplicaRegistry replicas, IGrainFactory grains)
    {
        (_replicas, _grains) = (replicas, grains);
        TopicDescription topic = topics.Describe(IZNodeTreeGrain.TreeName)!;
        _log = logs.Get(topic.TopicId, 0, LogConfig.From(topic.Configs));
        // Until a checkpoint says otherwise the whole log is needed.
        _log.CompactionLimit = Offset.Zero;
    }

    /// <summary>See <see cref="ReplicaRegistry.Left"/>: there will be no more of the log here.</summary>
    public CancellationToken Left => _replicas.Left;

    public Offset StartOffset => _log.StartOffset;

    public Offset EndOffset => _log.HighWatermark;

    /// <summary>
    /// Brings the log into order after whatever happened to the last process, and waits until it is known how far it is committed: where there are other copies, somebody has to lead for that.
    /// </summary>
    /// <exception cref="TreeLogMissingException">This node is to have no copy.</exception>
    public async Task RecoverAsync(CancellationToken cancellationToken)
    {
        PartitionReplica replica = _replica = await _replicas.FindAsync(InternalTopics.ZNodesId, 0).AsTask().WaitAsync(cancellationToken)
            ?? throw new TreeLogMissingException($"The leadership table does not name this node among those that keep the log of the znode tree, which a silo does for itself when it starts. Restore its row, or start again.");
        await _log.RecoverAsync();
        if (!replica.Row.HasOneCopy)
        {
            await replica.CommittedKnown.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Ends when there may be something to read from an offset on, also when this copy cannot have it.</summary>
    public Task WaitForRecordsAsync(Offset offset, CancellationToken cancellationToken) =>
        _log.IsDiskFailing ? Task.CompletedTask : _log.WaitForRecordsAsync(offset, cancellationToken);

    /// <summary>How much it takes on the disk. Bytes.</summary>
    public async Task<long> MeasureAsync() => (await _log.MeasureAsync()).SizeBytes;

    /// <summary>Whole batches from an offset on; empty at the end. The caller disposes them.</summary>
    /// <exception cref="TreeLogDamagedException">They are damaged, and this is the only copy.</exception>
    /// <exception cref="CoordinationUnavailableException">This copy does not have them yet, and its leader does not answer.</exception>
    public async Task<RecordData> ReadAsync(Offset from, int maxBytes)
    {
        if (from >= _log.HighWatermark)
        {
            return await ReadFromLeaderAsync(from, maxBytes);
        }
        FetchReply reply = await _log.ReadAsync(from, maxBytes);
        return reply.Error == ErrorCode.None ? reply.Data
            : _replica is { Row.HasOneCopy: false } ? await ReadFromLeaderAsync(from, maxBytes)
            : throw new TreeLogDamagedException($"The log of the znode tree cannot be read at offset {from}: {reply.Message}");
    }

    /// <summary>The value of the record at an offset, or null when compaction has dropped it.</summary>
    public async Task<byte[]?> FindValueAsync(Offset offset)
    {
        using RecordData data = await ReadAsync(offset, LookupBytes);
        return Pick(data.Bytes.Span, offset);
    }

    /// <summary>Lets compaction have everything below an offset, from which on a checkpoint needs every record.</summary>
    public void SetCompactionLimit(Offset below) => _log.CompactionLimit = below;

    /// <summary>The same after a new checkpoint: the segment that it stands in ends, so that compaction may soon have it.</summary>
    public Task AllowCompactionAsync(Offset below)
    {
        SetCompactionLimit(below);
        return _log.RollAsync();
    }

    private async Task<RecordData> ReadFromLeaderAsync(Offset from, int maxBytes)
    {
        FetchReply reply;
        try
        {
            reply = await _grains.GetGrain<IPartitionGrain>(new TopicPartition(IZNodeTreeGrain.TreeName, 0).ToString()).Fetch(new FetchRequest(from, maxBytes, LeaderWaitMs));
        }
        catch (Exception failure) when (failure is OrleansException or TimeoutException)
        {
            throw new CoordinationUnavailableException($"This silo's copy of the znode tree's log is not whole, and its leader could not be reached: {failure.Message}");
        }
        return reply.Error == ErrorCode.None ? reply.Data : throw new CoordinationUnavailableException($"This silo's copy of the znode tree's log is not whole, and its leader refuses to be read at offset {from}: {reply.Message}");
    }

    private static byte[]? Pick(ReadOnlySpan<byte> bytes, Offset offset)
    {
        var batches = new BatchSequence(bytes);
        while (batches.MoveNext(out _, out ReadOnlySpan<byte> batch))
        {
            using var records = new RecordReader(batch);
            while (records.MoveNext(out RecordView record))
            {
                if (record.Offset == offset)
                {
                    return record.Value.Span.ToArray();
                }
                if (record.Offset > offset)
                {
                    return null;
                }
            }
        }
        return null;
    }
}

/// <summary>This node has no copy of the log of the znode tree.</summary>
internal sealed class TreeLogMissingException(string message) : Exception(message);

/// <summary>The log of the znode tree has bytes that cannot be trusted; the tree is not served from them.</summary>
internal sealed class TreeLogDamagedException(string message) : Exception(message);
