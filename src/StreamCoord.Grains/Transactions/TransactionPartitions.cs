using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using StreamCoord.Grains.Coordinators;
using StreamCoord.Grains.Replicas;
using StreamCoord.Grains.Topics;
using StreamCoord.Groups;
using StreamCoord.Groups.Storage;
using StreamCoord.Groups.Transactions;
using StreamCoord.Partitions;
using StreamCoord.Records;

namespace StreamCoord.Grains.Transactions;

/// <summary>The partitions of <c>__transaction_state</c> on this silo, in which transactional ids are kept.</summary>
internal sealed class TransactionPartitions(InternalTopics topics, ReplicaRegistry replicas, IGrainFactory grains, TimeProvider time, ILogger<TransactionPartitions> logger)
    : CoordinatorPartitions<TransactionsTerm>(CoordinatorTopics.TransactionState, topics, replicas, grains, logger)
{
    private readonly TimeProvider _time = time;

    /// <inheritdoc/>
    protected override async Task<TransactionsTerm> LoadAsync(IPartitionGrain log, LeaderEpoch epoch, Offset end)
    {
        var images = new ConcurrentDictionary<string, TransactionImage>();
        await CoordinatorLogReader.ReadAsync(log, end, _time, (in BatchHeader header, ReadOnlySpan<byte> batch) => Take(images, header, batch));
        return new TransactionsTerm(new CoordinatorLog(log, epoch, _time, logger), images);
    }

    private static void Take(ConcurrentDictionary<string, TransactionImage> images, in BatchHeader header, ReadOnlySpan<byte> batch)
    {
        if (header.IsControl)
        {
            return;
        }
        using var records = new RecordReader(batch);
        while (records.MoveNext(out RecordView record))
        {
            Take(images, record);
        }
        CoordinatorLogReader.Check(records.Problem == BatchProblem.None ? ErrorCode.None : ErrorCode.CorruptMessage, $"The batch at offset {header.BaseOffset} is malformed.");
    }

    private static void Take(ConcurrentDictionary<string, TransactionImage> images, in RecordView record)
    {
        try
        {
            if (TransactionRecords.ReadKey(record.Key.Span) is not { } transactionalId)
            {
                return;
            }
            if (record.Value.IsNull)
            {
                images.TryRemove(transactionalId, out TransactionImage? _);
            }
            else
            {
                images[transactionalId] = TransactionRecords.ReadValue(record.Value.Span);
            }
        }
        catch (GroupFormatException malformed)
        {
            CoordinatorLogReader.Check(ErrorCode.CorruptMessage, $"The record at offset {record.Offset}: {malformed.Message}");
        }
    }
}
