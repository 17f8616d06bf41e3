namespace StreamCoord.Replication.Tests.Simulation;

/// <summary>A batch with what it holds: numbers that no other append has.</summary>
internal sealed record SimulatedBatch(BatchMark Mark, long[] Values);

/// <summary>A log on a disk that forgets what was not flushed when the power fails.</summary>
internal sealed class SimulatedLog : IReplicaLog
{
    private readonly List<SimulatedBatch> _batches = [];

    public Offset StartOffset { get; private set; } = Offset.Zero;

    public Offset EndOffset => _batches.Count == 0 ? StartOffset : _batches[^1].Mark.NextOffset;

    public Offset FlushedOffset { get; private set; } = Offset.Zero;

    public IReadOnlyList<SimulatedBatch> Batches => _batches;

    public LeaderEpoch EpochBefore(Offset offset) => IndexFrom(offset) is > 0 and var next ? _batches[next - 1].Mark.Epoch : LeaderEpoch.Unknown;

    public Offset EndOf(LeaderEpoch epoch) => _batches.FindLast(batch => batch.Mark.Epoch <= epoch) is { } found ? found.Mark.NextOffset : StartOffset;

    /// <summary>The first batch that begins at an offset or behind it.</summary>
    public int IndexFrom(Offset offset)
    {
        int low = 0;
        for (int high = _batches.Count; low < high;)
        {
            int middle = (low + high) / 2;
            (low, high) = _batches[middle].Mark.BaseOffset < offset ? (middle + 1, high) : (low, middle);
        }
        return low;
    }

    public void Append(SimulatedBatch batch)
    {
        bool holdsStart = _batches.Count == 0 && batch.Mark.BaseOffset < StartOffset && batch.Mark.NextOffset > StartOffset;
        Assert.True(holdsStart || EndOffset == batch.Mark.BaseOffset, $"A batch of {batch.Mark.BaseOffset} behind {EndOffset}.");
        Assert.True(_batches.Count == 0 || batch.Mark.Epoch >= _batches[^1].Mark.Epoch, "Terms in a log never fall.");
        _batches.Add(batch);
    }

    public List<SimulatedBatch> Read(Offset from, int count)
    {
        int first = IndexFrom(from);
        first -= first > 0 && _batches[first - 1].Mark.NextOffset > from ? 1 : 0;
        return _batches.GetRange(first, Math.Min(count, _batches.Count - first));
    }

    public void Flush() => FlushedOffset = EndOffset;

    /// <summary>Durable when it returns, as everything is that cuts a log.</summary>
    public void CutTo(Offset end)
    {
        _batches.RemoveAll(batch => batch.Mark.NextOffset > end);
        Assert.Equal(Offset.Max(end, StartOffset), EndOffset);
        FlushedOffset = Offset.Min(FlushedOffset, EndOffset);
    }

    /// <summary>Durable when it returns, as well. It may begin within a batch then.</summary>
    public void BeginAt(Offset start)
    {
        Assert.True(start > StartOffset);
        _batches.RemoveAll(batch => batch.Mark.NextOffset <= start);
        StartOffset = start;
        if (start > FlushedOffset)
        {
            Flush();
        }
    }

    /// <summary>Loses some of what was not flushed, from the end.</summary>
    public void FailPower(Random random)
    {
        while (EndOffset > FlushedOffset && random.Next(3) > 0)
        {
            _batches.RemoveAt(_batches.Count - 1);
        }
        Flush();
    }
}
