using StreamCoord.Partitions;
using StreamCoord.Records;

namespace StreamCoord.Grains.Coordinators;

/// <summary>Is shown a batch of a coordinator's topic.</summary>
internal delegate void BatchVisitor(in BatchHeader header, ReadOnlySpan<byte> batch);

/// <summary>Reads one partition of a coordinator's topic from its beginning. Stateless.</summary>
internal static class CoordinatorLogReader
{
    private const int ReadBytesMax = 1024 * 1024;

    /// <summary>Shows every batch below an offset, in order.</summary>
    /// <exception cref="CoordinatorUnavailableException">The log cannot be read: a view with a hole would be wrong.</exception>
    public static async Task ReadAsync(IPartitionGrain log, Offset end, BatchVisitor visit)
    {
        PartitionDescription description = await log.Describe();
        Check(description.Error, description.Message);
        for (Offset next = description.LogStartOffset; next < end;)
        {
            FetchReply reply = await log.Fetch(new FetchRequest(next, ReadBytesMax, 0));
            Check(reply.Error, reply.Message);
            using RecordData data = reply.Data;
            Offset read = Visit(data.Bytes.Span, next, visit);
            Check(read > next ? ErrorCode.None : ErrorCode.OffsetNotAvailable, $"There is nothing at offset {next}.");
            next = read;
        }
    }

    /// <summary>Refuses to go on unless there is no error.</summary>
    /// <exception cref="CoordinatorUnavailableException">There is one.</exception>
    public static void Check(ErrorCode error, string? message)
    {
        if (error != ErrorCode.None)
        {
            throw new CoordinatorUnavailableException(ErrorCode.CoordinatorNotAvailable, $"What the coordinator has written cannot be read: {message}");
        }
    }

    private static Offset Visit(ReadOnlySpan<byte> bytes, Offset next, BatchVisitor visit)
    {
        var batches = new BatchSequence(bytes);
        while (batches.MoveNext(out BatchHeader header, out ReadOnlySpan<byte> batch))
        {
            visit(header, batch);
            next = header.NextOffset;
        }
        return next;
    }
}
