using StreamCoord.Partitions;
using StreamCoord.Records;

namespace StreamCoord.Grains.Coordinators;

/// <summary>Is shown a batch of a coordinator's topic.</summary>
internal delegate void BatchVisitor(in BatchHeader header, ReadOnlySpan<byte> batch);

/// <summary>Reads one partition of a coordinator's topic from its beginning. Stateless.</summary>
internal static class CoordinatorLogReader
{
    private const int ReadBytesMax = 1024 * 1024;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(20);

    /// <summary>How long a term may take until its in-sync replicas have acknowledged it: until then its leader answers no read.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Shows every batch below an offset, in order; waits until all of them are committed.</summary>
    /// <exception cref="CoordinatorUnavailableException">The log cannot be read: a view with a hole would be wrong.</exception>
    public static async Task ReadAsync(IPartitionGrain log, Offset end, TimeProvider time, BatchVisitor visit)
    {
        PartitionDescription description = await InsistAsync(log.Describe, reply => reply.Error, time);
        Check(description.Error, description.Message);
        for (Offset next = description.LogStartOffset; next < end;)
        {
            FetchReply reply = await InsistAsync(
                () => log.Fetch(new FetchRequest(next, ReadBytesMax, 0)),
                reply => reply.Error == ErrorCode.None && reply.Data.Bytes.IsEmpty ? ErrorCode.OffsetNotAvailable : reply.Error,
                time);
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

    private static async Task<T> InsistAsync<T>(Func<Task<T>> read, Func<T, ErrorCode> errorOf, TimeProvider time)
    {
        long start = time.GetTimestamp();
        while (true)
        {
            T reply = await read();
            if (errorOf(reply) is not (ErrorCode.NotLeaderOrFollower or ErrorCode.OffsetNotAvailable) || time.GetElapsedTime(start) >= Patience)
            {
                return reply;
            }
            await Task.Delay(RetryDelay, time);
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
