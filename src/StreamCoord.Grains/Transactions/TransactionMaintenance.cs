using Microsoft.Extensions.Logging;
using StreamCoord.Grains.Coordinators;
using StreamCoord.Groups.Transactions;
using StreamCoord.Transactions;

namespace StreamCoord.Grains.Transactions;

/// <summary>Looks after the transactional ids that need it: those whose decision the last process did not carry to its end, those whose transaction takes too long, and those that nobody uses.</summary>
internal sealed class TransactionMaintenance(
    TransactionPartitions partitions, IGrainFactory grains, TransactionOptions options, TimeProvider time, ILogger<TransactionMaintenance> logger)
    : CoordinatorMaintenance(options.CheckIntervalMs, time, logger)
{
    private readonly TimeProvider _time = time;

    /// <inheritdoc/>
    protected override async Task RunRoundAsync(CancellationToken stopping)
    {
        foreach (CoordinatorPartition<TransactionsTerm> partition in await partitions.FindUsedAsync())
        {
            TransactionsTerm term = await partition.GetTermAsync();
            long nowMs = _time.GetUtcNow().ToUnixTimeMilliseconds();
            foreach ((string transactionalId, TransactionImage image) in term.All)
            {
                if (image.IsDecided || TransactionRules.Expire(image, nowMs) is not null || TransactionRules.IsForgotten(image, options.IdExpirationMs, nowMs))
                {
                    stopping.ThrowIfCancellationRequested();
                    await grains.GetGrain<ITransactionGrain>(transactionalId).Maintain();
                }
            }
        }
    }
}
