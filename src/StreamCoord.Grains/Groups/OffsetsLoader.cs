using System.Collections.Concurrent;
using StreamCoord.Grains.Coordinators;
using StreamCoord.Groups.Storage;
using StreamCoord.Partitions;
using StreamCoord.Records;

namespace StreamCoord.Grains.Groups;

/// <summary>Reads one partition of <c>__consumer_offsets</c> into a view. Not safe for concurrent use.</summary>
internal sealed class OffsetsLoader(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, StoredGroup> _groups = new();

    /// <summary>Reads everything below an offset.</summary>
    /// <exception cref="CoordinatorUnavailableException">The log cannot be read, or not be understood: a view with a hole would send consumers back, or past records.</exception>
    public async Task<ConcurrentDictionary<string, StoredGroup>> LoadAsync(IPartitionGrain log, Offset end)
    {
        await CoordinatorLogReader.ReadAsync(log, end, time, Take);
        foreach ((string groupId, StoredGroup group) in _groups)
        {
            group.ListAsStored();
            if (group.IsEmpty)
            {
                _groups.TryRemove(groupId, out _);
            }
        }
        return _groups;
    }

    private void Take(in BatchHeader header, ReadOnlySpan<byte> batch)
    {
        if (header.IsControl)
        {
            if (TransactionMarker.TryRead(batch) is { } marker)
            {
                OffsetsTerm.EndTransaction(_groups.Values, header.ProducerId, marker.IsCommit);
            }
            return;
        }
        using var records = new RecordReader(batch);
        while (records.MoveNext(out RecordView record))
        {
            Take(record, header.IsTransactional ? header.ProducerId : null);
        }
        CoordinatorLogReader.Check(records.Problem == BatchProblem.None ? ErrorCode.None : ErrorCode.CorruptMessage, $"The batch at offset {header.BaseOffset} is malformed.");
    }

    private void Take(in RecordView record, long? producerId)
    {
        try
        {
            if (ConsumerGroupRecords.Read(record.Key.Span, record.Value.Span, record.Value.IsNull) is { } consumers)
            {
                _groups.GetOrAdd(consumers.GroupId, static groupId => new StoredGroup(groupId)).Apply([consumers.Change]);
                return;
            }
            if (GroupRecords.ReadKey(record.Key.Span) is not { } key)
            {
                return;
            }
            StoredGroup group = _groups.GetOrAdd(key.GroupId, static groupId => new StoredGroup(groupId));
            if (key.Partition is not { } partition)
            {
                group.Metadata = record.Value.IsNull ? null : GroupRecords.ReadMetadata(record.Value.Span);
            }
            else if (producerId is { } producer && !record.Value.IsNull)
            {
                group.Offsets.ApplyPending(producer, partition, GroupRecords.ReadOffset(record.Value.Span), record.Offset);
            }
            else
            {
                group.Offsets.Apply(partition, record.Value.IsNull ? null : GroupRecords.ReadOffset(record.Value.Span), record.Offset);
            }
        }
        catch (GroupFormatException malformed)
        {
            CoordinatorLogReader.Check(ErrorCode.CorruptMessage, $"The record at offset {record.Offset}: {malformed.Message}");
        }
    }
}
