using Microsoft.Extensions.Time.Testing;
using StreamCoord.Gateway.Kafka.Fetching;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Testing;

namespace StreamCoord.Gateway.Kafka.Tests.Fetching;

/// <summary>Fetch sessions without a wire: what a client is told adds up to what there is.</summary>
public sealed class FetchSessionTests
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(50));

    /// <summary>A client that keeps what it was told knows, whenever it is answered, what the broker knows of every partition that it asks for.</summary>
    [Fact]
    public void Random_ClientOfASession_KnowsWhatTheBrokerKnows()
    {
        int first = TestSeed.Next();
        for (int seed = first; seed < first + 500; seed++)
        {
            var random = new Random(seed);
            Dictionary<int, long> broker = Enumerable.Range(0, 6).ToDictionary(partition => partition, _ => 0L);
            Dictionary<int, long> told = [];
            HashSet<int> wanted = [0, 1, 2];
            var session = new FetchSession(7, false, wanted.Select(partition => Target(partition)), 0);
            Hear(session.Tell(Answers(session, null)));
            for (int epoch = 1; epoch < 40; epoch++)
            {
                broker[random.Next(6)] += random.Next(3);
                int added = random.Next(6);
                int forgotten = random.Next(8);
                wanted.Add(added);
                wanted.Remove(forgotten);
                told.Remove(forgotten);
                IReadOnlyList<FetchTarget> targets = session.TryUpdate(epoch, [Target(added)], [("t", Guid.Empty, forgotten)], epoch)!;
                Assert.True(wanted.SetEquals(targets.Select(target => target.Wanted.Partition)), $"seed {seed}");
                Hear(session.Tell(targets.Select(target => (target, Answer(target, broker[target.Wanted.Partition], random.Next(2) == 0)))));
                foreach (int partition in wanted)
                {
                    Assert.True(told[partition] == broker[partition], $"seed {seed}, epoch {epoch}: partition {partition} is at {broker[partition]}, the client was told {told[partition]}");
                }
            }

            IEnumerable<(FetchTarget, FetchResponse.PartitionData)> Answers(FetchSession _, object? __) =>
                wanted.Select(partition => (Target(partition), Answer(Target(partition), broker[partition], false)));

            void Hear(IEnumerable<(FetchTarget Target, FetchResponse.PartitionData Answer)> answers)
            {
                foreach ((FetchTarget target, FetchResponse.PartitionData answer) in answers)
                {
                    told[target.Wanted.Partition] = answer.HighWatermark;
                }
            }
        }
    }

    [Fact]
    public void PartitionsThatGaveRecords_GoToTheEnd()
    {
        var session = new FetchSession(7, false, [Target(0), Target(1), Target(2)], 0);
        session.Tell([(Target(0), Answer(Target(0), 5, hasRecords: true)), (Target(1), Answer(Target(1), 5, hasRecords: false)), (Target(2), Answer(Target(2), 5, hasRecords: false))]);
        Assert.Equal([1, 2, 0], session.TryUpdate(1, [], [], 0)!.Select(target => target.Wanted.Partition));
    }

    [Fact]
    public void Error_IsTold_AndWhatComesAfterItToo()
    {
        var session = new FetchSession(7, false, [Target(0)], 0);
        FetchResponse.PartitionData sound = Answer(Target(0), 5, hasRecords: false);
        Assert.Single(session.Tell([(Target(0), sound)]));
        Assert.Empty(session.Tell([(Target(0), sound)]));
        var failed = new FetchResponse.PartitionData { ErrorCode = (short)ErrorCode.KafkaStorageError };
        Assert.Single(session.Tell([(Target(0), failed)]));
        Assert.Single(session.Tell([(Target(0), failed)]));
        Assert.Single(session.Tell([(Target(0), sound)]));
        Assert.Empty(session.Tell([(Target(0), sound)]));
    }

    [Fact]
    public void PreferredReplica_IsTold_HoweverOften()
    {
        var session = new FetchSession(7, false, [Target(0)], 0);
        FetchResponse.PartitionData referral = Answer(Target(0), 5, hasRecords: false);
        referral.PreferredReadReplica = 2;

        Assert.Single(session.Tell([(Target(0), referral)]));
        Assert.Single(session.Tell([(Target(0), referral)]));
        Assert.Empty(session.Tell([(Target(0), Answer(Target(0), 5, hasRecords: false))]));
    }

    [Fact]
    public void Epoch_MustBeTheNextOne_AndBeginsAgainWithOne()
    {
        var session = new FetchSession(7, false, [Target(0)], 0);
        Assert.Null(session.TryUpdate(2, [], [], 0));
        Assert.NotNull(session.TryUpdate(1, [], [], 0));
        Assert.Null(session.TryUpdate(1, [], [], 0));
        Assert.Equal(2, session.Epoch);
    }

    [Fact]
    public void Sessions_AreBounded_AndTheOldestUnusedMakesRoom()
    {
        var sessions = new FetchSessions(new KafkaGatewayOptions { FetchSessionsMax = 2, FetchSessionPartitionsMax = 5 }, _time);
        FetchSession first = sessions.TryBegin(false, [Target(0)])!;
        FetchSession second = sessions.TryBegin(false, [Target(0)])!;
        Assert.Null(sessions.TryBegin(false, [Target(0)]));
        _time.Advance(TimeSpan.FromMinutes(3));
        Assert.NotNull(second.TryUpdate(1, [], [], sessions.NowMs));
        FetchSession third = sessions.TryBegin(false, [Target(0)])!;
        Assert.Null(sessions.Find(first.Id));
        Assert.Same(second, sessions.Find(second.Id));
        // A session in use gives way to a larger one, when it is old.
        Assert.Null(sessions.TryBegin(false, [Target(0)]));
        Assert.NotNull(sessions.TryBegin(false, [Target(0), Target(1), Target(2)]));
        Assert.Null(sessions.Find(second.Id));
        Assert.Same(third, sessions.Find(third.Id));
        Assert.Null(sessions.TryBegin(false, [.. Enumerable.Range(0, 6).Select(Target)]));
        sessions.End(third.Id);
        Assert.Equal(1, sessions.Count);
    }

    private static FetchTarget Target(int partition) => new("t", Guid.Empty, new FetchRequest.FetchPartition { Partition = partition });

    private static FetchResponse.PartitionData Answer(FetchTarget target, long highWatermark, bool hasRecords) => new()
    {
        PartitionIndex = target.Wanted.Partition,
        HighWatermark = highWatermark,
        Records = hasRecords ? new byte[1] : ReadOnlyMemory<byte>.Empty,
    };
}
