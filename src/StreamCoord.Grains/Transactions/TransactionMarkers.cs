using Microsoft.Extensions.Logging;
using StreamCoord.Groups.Transactions;
using StreamCoord.Partitions;
using StreamCoord.Transactions;

namespace StreamCoord.Grains.Transactions;

/// <summary>Tells partitions how a transaction has ended, until each of them knows. Safe for concurrent use.</summary>
internal sealed partial class TransactionMarkers(IGrainFactory grains, TimeProvider time, ILogger<TransactionMarkers> logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Writes the markers of a decided transaction. True when all partitions have theirs, or do not need it any more; false when the term has ended first, so that the next one begins again.
    /// </summary>
    public async Task<bool> WriteAsync(string transactionalId, TransactionImage decided, TransactionsTerm term)
    {
        var marker = new ProducerMarker(decided.ProducerId, decided.ProducerEpoch, decided.State == TransactionState.PrepareCommit, term.CoordinatorEpoch);
        bool[] written = await Task.WhenAll(decided.Partitions.Select(partition => WriteAsync(transactionalId, partition, marker, term)));
        return Array.TrueForAll(written, one => one);
    }

    private async Task<bool> WriteAsync(string transactionalId, TopicPartition partition, ProducerMarker marker, TransactionsTerm term)
    {
        TimeSpan pause = FirstPause;
        while (!term.HasEnded)
        {
            (ErrorCode error, string? message) = await TryWriteAsync(partition, marker);
            switch (error)
            {
                // A topic that was deleted, or a producer that is fenced there by a newer epoch, has nothing left to end.
                case ErrorCode.None or ErrorCode.UnknownTopicOrPartition or ErrorCode.InvalidProducerEpoch:
                    return true;
                case ErrorCode.TransactionCoordinatorFenced:
                    return false;
            }
            LogPending(logger, transactionalId, partition, error.WireName(), message);
            // Or until the term ends: there is nothing to tell then.
            await Task.WhenAny(term.Ended, Task.Delay(pause, time));
            pause = TimeSpan.FromTicks(Math.Min(2 * pause.Ticks, LongestPause.Ticks));
        }
        return false;
    }

    private async Task<(ErrorCode Error, string? Message)> TryWriteAsync(TopicPartition partition, ProducerMarker marker)
    {
        try
        {
            MarkerReply reply = await grains.GetGrain<IPartitionGrain>(partition.ToString()).WriteMarker(marker);
            return (reply.Error, reply.Message);
        }
#pragma warning disable CA1031 // Whatever it is, the partition must hear of it all the same.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return (ErrorCode.UnknownServerError, exception.Message);
        }
    }

    [LoggerMessage(2702, LogLevel.Warning, "The end of a transaction of {TransactionalId} cannot be written to {Partition} yet: {Error}, {Reason}")]
    private static partial void LogPending(ILogger logger, string transactionalId, TopicPartition partition, string error, string? reason);
}
