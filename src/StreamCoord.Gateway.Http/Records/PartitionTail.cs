using System.Threading.Channels;
using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Partitions;

namespace StreamCoord.Gateway.Http.Records;

/// <summary>
/// Follows one partition and puts what it finds into a channel, in order, until it is stopped or the partition is gone. It goes on
/// after failures that pass, and past offsets that are gone or damaged; the reply in the channel says so. One loop, one caller.
/// </summary>
internal sealed class PartitionTail(IPartitionGrain leader, int partition, int maxBytes, ChannelWriter<StreamItem> output, TimeProvider time)
{
    /// <summary>Shorter than a grain allows, so that little is left waiting behind a client who went away.</summary>
    private const int FetchWaitMs = 10_000;
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(500);

    /// <summary>Follows from an offset on. Ends quietly when the partition is gone, with the last reply in the channel.</summary>
    public async Task RunAsync(Offset from, CancellationToken stop)
    {
        while (true)
        {
            FetchReply? reply = await TryFetchAsync(from, stop);
            if (reply is null || reply.Error.IsRetriable())
            {
                await Task.Delay(RetryDelay, time, stop);
                continue;
            }
            Offset? next = NextOffset(from, reply);
            if (next != from)
            {
                await output.WriteAsync(new StreamItem(partition, reply), stop);
            }
            else if (!reply.Data.Bytes.IsEmpty)
            {
                // Batches that lead nowhere: asking again at once would only be the same.
                reply.Data.Dispose();
                await Task.Delay(RetryDelay, time, stop);
            }
            if (next is null)
            {
                return;
            }
            from = next.Value;
        }
    }

    private async Task<FetchReply?> TryFetchAsync(Offset from, CancellationToken stop)
    {
        try
        {
            return await leader.Fetch(new FetchRequest(from, maxBytes, FetchWaitMs)).WaitAsync(stop);
        }
        catch (Exception exception) when (exception is not OperationCanceledException && FailureTranslation.Expected(exception) is { IsRetriable: true })
        {
            return null;
        }
    }

    /// <summary>Where to go on; null when there is nowhere.</summary>
    private static Offset? NextOffset(Offset from, FetchReply reply) => reply.Error switch
    {
        ErrorCode.None => EndOf(from, reply),
        ErrorCode.OffsetOutOfRange => reply.LogStartOffset,
        ErrorCode.CorruptMessage when reply.SkipTo > from => reply.SkipTo,
        _ => null,
    };

    private static Offset EndOf(Offset from, FetchReply reply)
    {
        var sequence = new StreamCoord.Records.BatchSequence(reply.Data.Bytes.Span);
        while (sequence.MoveNext(out StreamCoord.Records.BatchHeader header, out _))
        {
            from = Offset.Max(from, header.NextOffset);
        }
        return from;
    }
}
