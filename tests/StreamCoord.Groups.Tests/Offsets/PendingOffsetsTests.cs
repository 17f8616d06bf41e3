using StreamCoord.Groups.Offsets;

namespace StreamCoord.Groups.Tests.Offsets;

/// <summary>Offsets that are committed in transactions, held against a replay of the log without those that were aborted.</summary>
public sealed class PendingOffsetsTests
{
    private static readonly TopicPartition Partition = new("t", 0);

    [Fact]
    public void PendingOffset_CountsWhenItsTransactionIsCommitted_AndIsUnstableUntilThen()
    {
        var offsets = new GroupOffsets();
        offsets.Apply(Partition, Committed(1), Offset.Zero);
        offsets.ApplyPending(7, Partition, Committed(2), new Offset(1));
        Assert.True(offsets.IsUnstable(Partition));
        Assert.Equal(new Offset(1), offsets.Find(Partition)!.Offset);
        offsets.EndTransaction(8, isCommit: true);
        Assert.True(offsets.IsUnstable(Partition));
        offsets.EndTransaction(7, isCommit: true);
        Assert.False(offsets.IsUnstable(Partition));
        Assert.Equal(new Offset(2), offsets.Find(Partition)!.Offset);
    }

    [Fact]
    public void RandomCommits_ComeToWhatTheLogSays_WithoutTheAbortedOnes()
    {
        int first = Testing.TestSeed.Next();
        for (int seed = first; seed < first + 2_000; seed++)
        {
            Run(seed);
        }
    }

    private static void Run(int seed)
    {
        var random = new Random(seed);
        var offsets = new GroupOffsets();
        // What each record of the log says, and the transaction that it belongs to.
        List<(TopicPartition Partition, long? Value, int Transaction)> log = [];
        HashSet<int> committed = [-1];
        int[] open = [0, 1, 2];
        int nextTransaction = open.Length;
        for (int step = 0; step < 40; step++)
        {
            var partition = new TopicPartition("t", random.Next(3));
            int producer = random.Next(open.Length);
            switch (random.Next(5))
            {
                case 0:
                    offsets.Apply(partition, Committed(step), new Offset(log.Count));
                    log.Add((partition, step, -1));
                    break;
                case 1 or 2:
                    offsets.ApplyPending(producer, partition, Committed(step), new Offset(log.Count));
                    log.Add((partition, step, open[producer]));
                    break;
                case 3:
                    bool isCommit = random.Next(2) == 0;
                    offsets.EndTransaction(producer, isCommit);
                    if (isCommit)
                    {
                        committed.Add(open[producer]);
                    }
                    open[producer] = nextTransaction++;
                    break;
                default:
                    offsets.Apply(partition, null, new Offset(log.Count));
                    log.Add((partition, null, -1));
                    break;
            }
            for (int i = 0; i < 3; i++)
            {
                var one = new TopicPartition("t", i);
                long? expected = log.LastOrDefault(record => record.Partition == one && committed.Contains(record.Transaction)).Value;
                Assert.True(expected == offsets.Find(one)?.Offset.Value, $"seed {seed}, step {step}: partition {i} is at {offsets.Find(one)?.Offset}, the log says {expected}");
            }
        }
    }

    private static CommittedOffset Committed(long offset) => new(new Offset(offset), LeaderEpoch.Unknown, "", 0, null);
}
