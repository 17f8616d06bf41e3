using System.Collections.Concurrent;
using StreamCoord.Grains.Coordinators;
using StreamCoord.Log.Producers;
using StreamCoord.Partitions;

namespace StreamCoord.Grains.Groups;

/// <summary>
/// One term of a coordinator over one partition of <c>__consumer_offsets</c>: the view of what is durable of its groups, and the way to write more.
/// </summary>
/// <remarks>Owns the view. Safe for concurrent use: all groups of the partition share it. The view changes in the order of the log.</remarks>
internal sealed class OffsetsTerm(CoordinatorLog log, ConcurrentDictionary<string, StoredGroup> groups) : ICoordinatorTerm
{
    // Commits of a producer and the marker that ends them are admitted and queued in one order.
    private readonly Lock _order = new();

    /// <inheritdoc cref="CoordinatorLog.Ended"/>
    public Task Ended => log.Ended;

    /// <inheritdoc/>
    public bool HasEnded => log.HasEnded;

    /// <summary>The groups that exist.</summary>
    public IEnumerable<StoredGroup> Groups => groups.Values;

    /// <summary>Which producers may commit offsets in a transaction here.</summary>
    public TransactionAdmission Transactions { get; } = new();

    /// <summary>The group, or a new one that is not in the view until something of it is written or it is <see cref="Register">registered</see>.</summary>
    public StoredGroup Find(string groupId) => groups.TryGetValue(groupId, out StoredGroup? stored) ? stored : new StoredGroup(groupId);

    public void Register(StoredGroup group) => groups.TryAdd(group.GroupId, group);

    public void Unregister(StoredGroup group) => groups.TryRemove(KeyValuePair.Create(group.GroupId, group));

    /// <inheritdoc cref="CoordinatorLog.AppendAsync(IReadOnlyList{CoordinatorRecord}, Action{Offset})"/>
    public Task<ErrorCode> AppendAsync(IReadOnlyList<CoordinatorRecord> records, Action<Offset> apply) => log.AppendAsync(records, apply);

    /// <summary>
    /// Writes offsets that count only when the producer's transaction is committed. <see cref="ErrorCode.InvalidTxnState"/> when the producer was not admitted, or its transaction has ended since.
    /// </summary>
    public Task<ErrorCode> AppendAsync(IReadOnlyList<CoordinatorRecord> records, Action<Offset> apply, long producerId, short producerEpoch)
    {
        lock (_order)
        {
            return Transactions.IsKnown(producerId, producerEpoch)
                ? log.AppendAsync(records, apply, (producerId, producerEpoch))
                : Task.FromResult(ErrorCode.InvalidTxnState);
        }
    }

    /// <summary>Ends a producer's transaction: what it has committed in any group of this partition counts from now on, or never did.</summary>
    public Task<ErrorCode> AppendMarkerAsync(ProducerMarker end)
    {
        lock (_order)
        {
            Transactions.Forget(end.ProducerId);
            return log.AppendMarkerAsync(end, _ => EndTransaction(groups.Values, end.ProducerId, end.IsCommit));
        }
    }

    /// <summary>Has a marker take effect on groups.</summary>
    public static void EndTransaction(IEnumerable<StoredGroup> groups, long producerId, bool isCommit)
    {
        foreach (StoredGroup group in groups)
        {
            lock (group.Gate)
            {
                group.Offsets.EndTransaction(producerId, isCommit);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => log.Dispose();
}
