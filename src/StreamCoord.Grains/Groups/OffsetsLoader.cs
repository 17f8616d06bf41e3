using System.Collections.Concurrent;
using StreamCoord.Groups.Storage;
using StreamCoord.Partitions;
using StreamCoord.Records;

namespace StreamCoord.Grains.Groups;

/// <summary>Reads one partition of <c>__consumer_offsets</c> into a view. Not safe for concurrent use.</summary>
internal sealed class OffsetsLoader(IPartitionGrain log)
{
    private const int ReadBytesMax = 1024 * 1024;

    private readonly ConcurrentDictionary<string, StoredGroup> _groups = new();

    /// <summary>Reads everything below an offset.</summary>
    /// <exception cref="GroupUnavailableException">The log cannot be read, or not be understood: a view with a hole would send consumers back, or past records.</exception>
    public async Task<ConcurrentDictionary<string, StoredGroup>> LoadAsync(Offset end)
    {
        PartitionDescription description = await log.Describe();
        Check(description.Error, description.Message);
        for (Offset next = description.LogStartOffset; next < end;)
        {
            FetchReply reply = await log.Fetch(new FetchRequest(next, ReadBytesMax, 0));
            Check(reply.Error, reply.Message);
            using RecordData data = reply.Data;
            Offset read = Take(data.Bytes.Span, next);
            Check(read > next ? ErrorCode.None : ErrorCode.OffsetNotAvailable, $"There is nothing at offset {next}.");
            next = read;
        }
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

    private static void Check(ErrorCode error, string? message)
    {
        if (error != ErrorCode.None)
        {
            throw new GroupUnavailableException(ErrorCode.CoordinatorNotAvailable, $"What groups have committed cannot be read: {message}");
        }
    }

    private Offset Take(ReadOnlySpan<byte> bytes, Offset next)
    {
        var batches = new BatchSequence(bytes);
        while (batches.MoveNext(out BatchHeader header, out ReadOnlySpan<byte> batch))
        {
            next = header.NextOffset;
            if (header.IsControl)
            {
                continue;
            }
            using var records = new RecordReader(batch);
            while (records.MoveNext(out RecordView record))
            {
                Take(record);
            }
            Check(records.Problem == BatchProblem.None ? ErrorCode.None : ErrorCode.CorruptMessage, $"The batch at offset {header.BaseOffset} is malformed.");
        }
        return next;
    }

    private void Take(in RecordView record)
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
            if (key.Partition is { } partition)
            {
                group.Offsets.Apply(partition, record.Value.IsNull ? null : GroupRecords.ReadOffset(record.Value.Span));
            }
            else
            {
                group.Metadata = record.Value.IsNull ? null : GroupRecords.ReadMetadata(record.Value.Span);
            }
        }
        catch (GroupFormatException malformed)
        {
            Check(ErrorCode.CorruptMessage, $"The record at offset {record.Offset}: {malformed.Message}");
        }
    }
}
