using System.Collections.Concurrent;
using StreamCoord.Client.Tests.Clusters;
using StreamCoord.Groups;

namespace StreamCoord.Client.Tests.Consuming;

/// <summary>Consumers that share partitions: who comes and goes takes nothing with it.</summary>
public sealed class GroupTests(OutsideFixture outside)
{
    private const int Partitions = 6;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task MembersComeAndGo_AndEachRecordIsProcessedOnce()
    {
        (string topic, string group) = (await outside.CreateTopicAsync(Partitions), outside.NewName());
        var processed = new ConcurrentQueue<string>();
        using var feeding = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        Task<int> feeder = FeedAsync(topic, feeding.Token);
        await using var first = new Member(outside.Client, group, topic, processed);
        await Eventually.HoldsAsync(() => first.PartitionCount == Partitions && processed.Count > 50);
        await using (var second = new Member(outside.Client, group, topic, processed))
        {
            await Eventually.HoldsAsync(() => first.PartitionCount == Partitions / 2 && second.PartitionCount == Partitions / 2);
            await using var third = new Member(outside.Client, group, topic, processed);
            await Eventually.HoldsAsync(() => (first.PartitionCount, second.PartitionCount, third.PartitionCount) == (2, 2, 2));
            int before = processed.Count;
            await Eventually.HoldsAsync(() => processed.Count > before + 100);
        }
        await Eventually.HoldsAsync(() => first.PartitionCount == Partitions);
        await feeding.CancelAsync();
        int count = await feeder;
        await Eventually.HoldsAsync(() => processed.Distinct().Count() == count);

        Assert.Equal(count, processed.Count);
    }

    [Fact]
    public async Task AMemberThatComesBack_GoesOnBehindWhatIsCommitted()
    {
        (string topic, string group) = (await outside.CreateTopicAsync(), outside.NewName());
        await using Producer producer = outside.Client.CreateProducer();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => producer.ProduceAsync(topic, OutgoingRecord.Of(null, $"{i}"), Stop).AsTask()));
        List<IReadOnlyList<TopicPartition>> told = [];
        var options = new ConsumerOptions
        {
            GroupId = group,
            Topics = [topic],
            OffsetReset = OffsetReset.Earliest,
            CommitsItself = false,
            Assigned = (partitions, _) => Tell(partitions),
            Revoking = (partitions, _) => Tell(partitions),
        };
        await using (Consumer first = outside.Client.CreateConsumer(options))
        {
            await first.TakeAsync(8);
            await first.CommitAsync(Stop);
            await first.TakeAsync(5);
            Assert.Equal(GroupState.Stable, (await outside.Client.Groups.FindAsync(group, Stop))!.State);
        }
        Assert.Equal(GroupState.Empty, (await outside.Client.Groups.FindAsync(group, Stop))!.State);
        await using Consumer second = outside.Client.CreateConsumer(options);
        Assert.Equal(8, (await second.TakeAsync(1))[0].Offset.Value);
        Assert.Equal([[new(topic, 0)], [new(topic, 0)], [new(topic, 0)]], told);

        ValueTask Tell(IReadOnlyList<TopicPartition> partitions)
        {
            told.Add(partitions);
            return ValueTask.CompletedTask;
        }
    }

    [Fact]
    public async Task APattern_FindsTopicsThatComeLater()
    {
        (string prefix, string group) = (outside.NewName(), outside.NewName());
        await outside.Client.Topics.CreateAsync($"{prefix}-a", 1, cancellationToken: Stop);
        await using Consumer consumer = outside.Client.CreateConsumer(new ConsumerOptions { GroupId = group, TopicPattern = $"{prefix}-.*", OffsetReset = OffsetReset.Earliest });
        await Eventually.HoldsAsync(() => consumer.Partitions.Count == 1);
        await using Producer producer = outside.Client.CreateProducer();
        await producer.ProduceAsync($"{prefix}-b", OutgoingRecord.Of(null, "later"), Stop);
        Assert.Equal("later", (await consumer.TakeAsync(1))[0].ValueText);
    }

    [Fact]
    public async Task WhatTheGroupRefuses_TheReaderHears()
    {
        string topic = await outside.CreateTopicAsync();
        await using Consumer wrong = outside.Client.CreateConsumer(new ConsumerOptions { GroupId = outside.NewName(), Topics = [topic], Assignor = "no such" });
        StreamCoordException failure = await Assert.ThrowsAsync<StreamCoordException>(() => wrong.TakeAsync(1));
        Assert.Equal(ErrorCode.UnsupportedAssignor, failure.Code);
    }

    [Fact]
    public async Task AGroupThatForgetsAMember_GetsItBack()
    {
        (string topic, string group) = (await outside.CreateTopicAsync(), outside.NewName());
        await using Producer producer = outside.Client.CreateProducer();
        await producer.ProduceAsync(topic, OutgoingRecord.Of(null, "a"), Stop);
        int lost = 0;
        await using Consumer consumer = outside.Client.CreateConsumer(new ConsumerOptions { GroupId = group, Topics = [topic], OffsetReset = OffsetReset.Earliest, Lost = _ => lost++ });
        await consumer.TakeAsync(1);
        // As if it had been silent for too long.
        var grain = outside.Grains.GetGrain<IConsumerGroupGrain>(group);
        await grain.ConsumerHeartbeat(new ConsumerHeartbeatRequest { MemberId = consumer.GroupMetadata.MemberId, Epoch = GroupEpoch.Leaving });
        await Eventually.HoldsAsync(() => lost == 1 && consumer.Partitions.Count == 1);
        await producer.ProduceAsync(topic, OutgoingRecord.Of(null, "b"), Stop);
        Assert.Equal(["a", "b"], (await consumer.TakeAsync(2)).Select(record => record.ValueText));
    }

    private async Task<int> FeedAsync(string topic, CancellationToken stop)
    {
        await using Producer producer = outside.Client.CreateProducer(new ProducerOptions { LingerMs = 0 });
        for (int i = 0; ; i++)
        {
            if (stop.IsCancellationRequested)
            {
                return i;
            }
            await producer.ProduceAsync(topic, OutgoingRecord.Of($"{i}", $"{i}"), Stop);
        }
    }

    /// <summary>A member that processes what it gets until it is disposed, and then leaves.</summary>
    private sealed class Member : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Consumer _consumer;
        private readonly Task _reading;

        public Member(StreamCoordClient client, string group, string topic, ConcurrentQueue<string> processed)
        {
            _consumer = client.CreateConsumer(new ConsumerOptions { GroupId = group, Topics = [topic], OffsetReset = OffsetReset.Earliest });
            _reading = Task.Run(() => ReadAsync(processed));
        }

        public int PartitionCount => _consumer.Partitions.Count;

        public async ValueTask DisposeAsync()
        {
            // What is in hand is processed before the reading ends, and committed when the consumer is closed.
            await _stop.CancelAsync();
            await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _consumer.DisposeAsync();
            _stop.Dispose();
        }

        private async Task ReadAsync(ConcurrentQueue<string> processed)
        {
            await foreach (ConsumedRecord record in _consumer.ReadAsync(_stop.Token))
            {
                processed.Enqueue(record.ValueText!);
            }
        }
    }
}
