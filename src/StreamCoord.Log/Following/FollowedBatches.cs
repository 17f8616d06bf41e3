using StreamCoord.Records;

namespace StreamCoord.Log.Following;

/// <summary>Batches that a leader has pushed: whole, sound and in order. Immutable; borrows the memory.</summary>
internal sealed class FollowedBatches
{
    private FollowedBatches(ReadOnlyMemory<byte> bytes, List<BatchHeader> headers) => (Bytes, Headers) = (bytes, headers);

    /// <summary>All of them, one after another.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Their headers.</summary>
    public IReadOnlyList<BatchHeader> Headers { get; }

    /// <summary>Cuts bytes into batches and checks every one. Pure.</summary>
    /// <exception cref="InvalidDataException">One is damaged, or begins before the one in front of it ends, or is of an older epoch.</exception>
    public static FollowedBatches Read(ReadOnlyMemory<byte> bytes)
    {
        List<BatchHeader> headers = [];
        var sequence = new BatchSequence(bytes.Span);
        Offset next = Offset.Zero;
        LeaderEpoch newest = LeaderEpoch.Unknown;
        while (sequence.MoveNext(out BatchHeader header, out ReadOnlySpan<byte> batch))
        {
            BatchProblem problem = BatchValidator.CheckStored(batch);
            if (problem != BatchProblem.None)
            {
                throw new InvalidDataException($"The pushed batch of offset {header.BaseOffset} is damaged: {problem.Describe()}");
            }
            if (header.BaseOffset < next || header.LeaderEpoch < newest)
            {
                throw new InvalidDataException(
                    $"The pushed batch of offset {header.BaseOffset} and epoch {header.LeaderEpoch} comes behind one of epoch {newest} that ends at {next}.");
            }
            (next, newest) = (header.NextOffset, header.LeaderEpoch);
            headers.Add(header);
        }
        return sequence.Problem == BatchProblem.None
            ? new FollowedBatches(bytes, headers)
            : throw new InvalidDataException($"The pushed batches are damaged behind offset {next}: {sequence.Problem.Describe()}");
    }

    /// <summary>Makes sure that they can follow what a log will hold then.</summary>
    /// <param name="start">Where the log will begin.</param>
    /// <param name="end">Where it will end.</param>
    /// <param name="epochBefore">The epoch of its last record then.</param>
    /// <param name="hasSegment">False when it will have no file for batches yet, so that its first one may begin with a batch of which only the end is wanted.</param>
    /// <exception cref="InvalidDataException">They cannot.</exception>
    public void CheckFollow(Offset start, Offset end, LeaderEpoch epochBefore, bool hasSegment)
    {
        if (Headers.Count == 0)
        {
            return;
        }
        BatchHeader first = Headers[0];
        bool holdsStart = !hasSegment && start == end && first.NextOffset > start;
        if ((first.BaseOffset < end && !holdsStart) || first.LeaderEpoch < epochBefore)
        {
            throw new InvalidDataException(
                $"The pushed batch of offset {first.BaseOffset} and epoch {first.LeaderEpoch} cannot follow a log that ends at {end} with epoch {epochBefore}.");
        }
    }

    /// <summary>The first offset behind the last gap in front of one of them; null when none is missing.</summary>
    /// <param name="end">Where the log ends before them.</param>
    public Offset? FindLastGapEnd(Offset end)
    {
        Offset? gapEnd = null;
        foreach (BatchHeader header in Headers)
        {
            gapEnd = header.BaseOffset > end ? header.BaseOffset : gapEnd;
            end = header.NextOffset;
        }
        return gapEnd;
    }
}
