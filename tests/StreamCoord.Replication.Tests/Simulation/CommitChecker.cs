namespace StreamCoord.Replication.Tests.Simulation;

/// <summary>Everything that was ever acknowledged or read, and what must hold for it.</summary>
internal sealed class CommitChecker
{
    private const int NewestBatches = 20;

    private readonly List<(long Value, LeaderEpoch Epoch)> _committed = [];
    private readonly Dictionary<(LeaderEpoch, Offset), long> _written = [];
    private readonly Dictionary<LeaderEpoch, NodeId> _leaders = [];

    public Offset End => new(_committed.Count);

    public int AcknowledgedCount { get; private set; }

    public int ReadCount { get; private set; }

    public void Leads(LeaderEpoch epoch, NodeId node) => Assert.True(_leaders.TryAdd(epoch, node), $"Term {epoch} has two leaders.");

    /// <summary>The table gives somebody a term: whatever was committed until now it must have.</summary>
    public void Claims(LeaderEpoch epoch, SimulatedLog log)
    {
        Assert.True(log.EndOffset >= End, $"The leader of term {epoch} has a log up to {log.EndOffset}, and {End} was acknowledged or read.");
        Compare(log, End);
    }

    public void Writes(SimulatedBatch batch)
    {
        for (int i = 0; i < batch.Values.Length; i++)
        {
            Assert.True(_written.TryAdd((batch.Mark.Epoch, batch.Mark.BaseOffset + i), batch.Values[i]), "Two batches at one place in one term.");
        }
    }

    public void Acknowledges(SimulatedLog log, Offset highWatermark)
    {
        AcknowledgedCount++;
        CompareNewest(log, highWatermark);
    }

    public void Reads(SimulatedLog log, Offset highWatermark)
    {
        ReadCount++;
        Assert.True(highWatermark >= End, $"A read up to {highWatermark} after something was acknowledged or read up to {End}.");
        CompareNewest(log, highWatermark);
    }

    /// <summary>Everything that a log has below an offset.</summary>
    public void Compare(SimulatedLog log, Offset end) => Compare(log, 0, end);

    // The rest of a log was compared when its leader's term began.
    private void CompareNewest(SimulatedLog log, Offset end) => Compare(log, Math.Max(0, log.IndexFrom(Offset.Min(End, end)) - NewestBatches), end);

    private void Compare(SimulatedLog log, int firstBatch, Offset end)
    {
        Assert.True(end <= log.EndOffset);
        for (int index = firstBatch; index < log.Batches.Count && log.Batches[index].Mark.BaseOffset < end; index++)
        {
            SimulatedBatch batch = log.Batches[index];
            // The end may lie within a batch: an answer that was overtaken by a later one takes back a part of what that has acknowledged.
            for (int i = 0; i < batch.Values.Length && batch.Mark.BaseOffset + i < end; i++)
            {
                Compare((int)(batch.Mark.BaseOffset.Value + i), (batch.Values[i], batch.Mark.Epoch));
            }
        }
    }

    private void Compare(int offset, (long Value, LeaderEpoch Epoch) found)
    {
        Assert.True(offset <= _committed.Count, "What was committed before has a hole.");
        if (offset == _committed.Count)
        {
            _committed.Add(found);
        }
        Assert.Equal(_committed[offset], found);
    }
}
