using System.Collections.Concurrent;
using StreamCoord.Grains.Coordinators;
using StreamCoord.Groups.Storage;
using StreamCoord.Groups.Transactions;

namespace StreamCoord.Grains.Transactions;

/// <summary>One term of a coordinator over one partition of <c>__transaction_state</c>: what is durable of its transactional ids, and the way to write more.</summary>
/// <remarks>Owns the view. Safe for concurrent use: all ids of the partition share it. The view changes in the order of the log.</remarks>
internal sealed class TransactionsTerm(CoordinatorLog log, ConcurrentDictionary<string, TransactionImage> images) : ICoordinatorTerm
{
    /// <summary>The epoch that markers carry.</summary>
    public int CoordinatorEpoch => log.Epoch.Value;

    /// <inheritdoc cref="CoordinatorLog.Ended"/>
    public Task Ended => log.Ended;

    /// <inheritdoc/>
    public bool HasEnded => log.HasEnded;

    /// <summary>Every id that is known.</summary>
    public IEnumerable<KeyValuePair<string, TransactionImage>> All => images;

    /// <summary>What is durable of an id; null when nothing is.</summary>
    public TransactionImage? Find(string transactionalId) => images.GetValueOrDefault(transactionalId);

    /// <summary>Writes what an id is now, or, for null, that it is forgotten. <see cref="ErrorCode.None"/> when it is durable and in the view; else the term has ended.</summary>
    public Task<ErrorCode> WriteAsync(string transactionalId, TransactionImage? image) => log.AppendAsync(
        [new CoordinatorRecord(TransactionRecords.Key(transactionalId), image is null ? null : TransactionRecords.Value(image))],
        _ =>
        {
            if (image is null)
            {
                images.TryRemove(transactionalId, out TransactionImage? _);
            }
            else
            {
                images[transactionalId] = image;
            }
        });

    /// <inheritdoc/>
    public void Dispose() => log.Dispose();
}
