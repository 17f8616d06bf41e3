using StreamCoord.Groups.Storage;
using StreamCoord.Partitions;
using StreamCoord.Records;

namespace StreamCoord.Grains.Tests.Groups;

/// <summary>What a consumer of __consumer_offsets gets.</summary>
internal static class FetchedRecords
{
    public static async Task<IReadOnlyList<GroupRecordKey?>> ReadKeysAsync(IPartitionGrain log)
    {
        FetchReply reply = await log.Fetch(new FetchRequest(Offset.Zero, 1 << 20, 0));
        Assert.True(reply.Error == ErrorCode.None, reply.Message);
        using RecordData data = reply.Data;
        List<GroupRecordKey?> keys = [];
        var batches = new BatchSequence(data.Bytes.Span);
        while (batches.MoveNext(out _, out ReadOnlySpan<byte> batch))
        {
            using var records = new RecordReader(batch);
            while (records.MoveNext(out RecordView record))
            {
                keys.Add(GroupRecords.ReadKey(record.Key.Span));
            }
        }
        return keys;
    }
}
