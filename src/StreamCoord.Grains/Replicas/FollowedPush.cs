using StreamCoord.Log;
using StreamCoord.Records;
using StreamCoord.Replication;

namespace StreamCoord.Grains.Replicas;

/// <summary>Makes what a log has to do of a push and its verdict. Stateless.</summary>
internal static class FollowedPush
{
    /// <summary>The change.</summary>
    /// <param name="push">The push.</param>
    /// <param name="verdict">What was said of it.</param>
    /// <param name="bytes">Its batches.</param>
    /// <param name="countsFlushed">Whether it counts when it is flushed.</param>
    public static FollowedChange ChangeOf(Push push, in PushVerdict verdict, ReadOnlyMemory<byte> bytes, bool countsFlushed) => new()
    {
        BeginAt = verdict.BeginAt,
        CutTo = verdict.CutTo,
        Batches = verdict.SkippedCount < push.Batches.Count ? Skip(bytes, verdict.SkippedCount) : ReadOnlyMemory<byte>.Empty,
        // A copy that lacks what is committed is in no in-sync set, so nobody waits for it to flush before it has that.
        MustFlush = countsFlushed && (push.Batches.Count == 0 || push.Batches[^1].NextOffset >= push.HighWatermark),
    };

    private static ReadOnlyMemory<byte> Skip(ReadOnlyMemory<byte> bytes, int count)
    {
        var batches = new BatchSequence(bytes.Span);
        int sizeBytes = 0;
        for (int i = 0; i < count && batches.MoveNext(out BatchHeader header, out _); i++)
        {
            sizeBytes += header.SizeBytes;
        }
        return bytes[sizeBytes..];
    }
}
