using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using StreamCoord.Partitions;
using StreamCoord.Records;

namespace StreamCoord.Grains.Groups;

/// <summary>
/// One term of a coordinator over one partition of <c>__consumer_offsets</c>: the view of what is durable, and the only writer to it. Records that come while others are on their way to the disk
/// are written together.
/// </summary>
/// <remarks>
/// Owns the view. Safe for concurrent use: all groups of the partition share it. A finished append without an error is durable on the in-sync replicas, and the view has it; the view changes in the
/// order of the log. A failed append ends the term, because its outcome is not known: the next one reads the log anew, under an epoch that keeps late writes of this one out.
/// </remarks>
internal sealed partial class OffsetsTerm : IDisposable
{
    /// <summary>The largest batch, which is what one request writes: offsets of some hundred thousand partitions, or the metadata of ten thousand members.</summary>
    public const int BatchBytesMax = 16 * 1024 * 1024;

    private const int GroupBytesMax = BatchBytesMax;

    private readonly IPartitionGrain _log;
    private readonly LeaderEpoch _epoch;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly Queue<AppendGroup> _waiting = new();
    private readonly RecordBatchBuilder _builder = new();
    private readonly ConcurrentDictionary<string, StoredGroup> _groups;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private AppendGroup? _gathering;
    private bool _isAppending;

    public OffsetsTerm(IPartitionGrain log, LeaderEpoch epoch, ConcurrentDictionary<string, StoredGroup> groups, TimeProvider time, ILogger logger)
    {
        (_log, _epoch, _groups, _time, _logger) = (log, epoch, groups, time, logger);
    }

    /// <summary>Ends when no more is written in this term.</summary>
    public Task Ended => _ended.Task;

    public bool HasEnded => _ended.Task.IsCompleted;

    /// <summary>The groups that exist.</summary>
    public IEnumerable<StoredGroup> Groups => _groups.Values;

    /// <summary>The group, or a new one that is not in the view until something of it is written or it is <see cref="Register">registered</see>.</summary>
    public StoredGroup Find(string groupId) => _groups.TryGetValue(groupId, out StoredGroup? stored) ? stored : new StoredGroup(groupId);

    public void Register(StoredGroup group) => _groups.TryAdd(group.GroupId, group);

    public void Unregister(StoredGroup group) => _groups.TryRemove(KeyValuePair.Create(group.GroupId, group));

    /// <summary>
    /// Writes records, all or none. <see cref="ErrorCode.None"/> when they are durable and <paramref name="apply"/> has run; <see cref="ErrorCode.MessageTooLarge"/> when they are too many for one batch;
    /// else the term has ended.
    /// </summary>
    public Task<ErrorCode> AppendAsync(IReadOnlyList<GroupRecord> records, Action apply)
    {
        lock (_lock)
        {
            if (HasEnded)
            {
                return Task.FromResult(ErrorCode.NotCoordinator);
            }
            long nowMs = _time.GetUtcNow().ToUnixTimeMilliseconds();
            foreach (GroupRecord record in records)
            {
                _builder.Append(nowMs, record.Key, record.Value);
            }
            if (_builder.SizeBytes > BatchBytesMax)
            {
                _builder.Reset();
                return Task.FromResult(ErrorCode.MessageTooLarge);
            }
            AppendGroup group = Gather(_builder.SizeBytes);
            _builder.BuildInto(group.Bytes);
            group.Applies.Add(apply);
            if (!_isAppending)
            {
                _isAppending = true;
                _ = Task.Run(AppendWaitingAsync);
            }
            return group.Done.Task;
        }
    }

    /// <summary>Ends the term; whoever waits for a write hears that its outcome is not known.</summary>
    public void Dispose() => End(null);

    private AppendGroup Gather(int sizeBytes)
    {
        if (_gathering is null || _gathering.Bytes.WrittenBytes + sizeBytes > GroupBytesMax)
        {
            _waiting.Enqueue(_gathering = new AppendGroup());
        }
        return _gathering;
    }

    private async Task AppendWaitingAsync()
    {
        while (TakeWaiting() is { } group)
        {
            string? problem = await TryAppendAsync(group);
            if (problem is null)
            {
                group.Done.SetResult(ErrorCode.None);
            }
            else
            {
                End(problem);
                group.Done.SetResult(ErrorCode.NotCoordinator);
            }
        }
    }

    private AppendGroup? TakeWaiting()
    {
        lock (_lock)
        {
            if (HasEnded || !_waiting.TryDequeue(out AppendGroup? group))
            {
                _isAppending = false;
                return null;
            }
            _gathering = ReferenceEquals(_gathering, group) ? null : _gathering;
            return group;
        }
    }

    private async Task<string?> TryAppendAsync(AppendGroup group)
    {
        using var data = new RecordData(group.Bytes, group.Bytes.WrittenBytes);
        try
        {
            AppendReply reply = await _log.Append(new AppendRequest(data, RequiredAcks.All, _epoch));
            if (reply.Error != ErrorCode.None)
            {
                return reply.Message;
            }
            group.Applies.ForEach(apply => apply());
            return null;
        }
#pragma warning disable CA1031 // Whatever it is, the outcome is not known, and the term must end.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return exception.Message;
        }
    }

    // Without a reason it is the silo that stops.
    private void End(string? reason)
    {
        lock (_lock)
        {
            if (!_ended.TrySetResult())
            {
                return;
            }
            foreach (AppendGroup group in _waiting)
            {
                group.Bytes.Dispose();
                group.Done.SetResult(ErrorCode.NotCoordinator);
            }
            _waiting.Clear();
            _builder.Dispose();
        }
        if (reason is not null)
        {
            LogEnded(_logger, _epoch, reason);
        }
    }

    [LoggerMessage(2601, LogLevel.Warning, "Term {Epoch} of a group coordinator has ended: {Reason}")]
    private static partial void LogEnded(ILogger logger, LeaderEpoch epoch, string reason);

    /// <summary>Batches that are written by one append.</summary>
    private sealed class AppendGroup
    {
        public PooledBuffer Bytes { get; } = new();

        public List<Action> Applies { get; } = [];

        public TaskCompletionSource<ErrorCode> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
