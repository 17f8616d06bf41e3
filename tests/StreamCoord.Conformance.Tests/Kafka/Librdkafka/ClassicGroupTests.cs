using Confluent.Kafka;

namespace StreamCoord.Conformance.Tests.Kafka.Librdkafka;

/// <summary>librdkafka in groups of the classic protocol: members who keep what they have while others come and go.</summary>
public sealed class ClassicGroupTests(SharedSilo silo)
{
    private const int Partitions = 6;

    [Fact]
    public async Task CooperativeMembers_GiveUpOnlyWhatTheThirdGets()
    {
        string topic = await silo.CreateTopicAsync(Partitions);
        string group = silo.NewName();
        await using GroupReader first = Join(topic, group);
        await Eventually.HoldsAsync(() => first.Partitions.Count == 6);
        await using GroupReader second = Join(topic, group);
        await Eventually.HoldsAsync(() => first.Partitions.Count == 3 && second.Partitions.Count == 3);
        await silo.ProduceAsync(topic, 0, 300, Partitions);
        await Eventually.HoldsAsync(() => first.Values.Concat(second.Values).Distinct().Count() == 300);
        Assert.Equal((3, 0), (first.Revoked.Count, second.Revoked.Count));

        await using GroupReader third = Join(topic, group);
        await silo.ProduceAsync(topic, 300, 600, Partitions);

        await Eventually.HoldsAsync(() => first.Partitions.Count == 2 && second.Partitions.Count == 2 && third.Partitions.Count == 2);
        Assert.Equal((4, 1, 0), (first.Revoked.Count, second.Revoked.Count, third.Revoked.Count));
        await silo.ProduceAsync(topic, 600, 900, Partitions);
        await Eventually.HoldsAsync(() => first.Values.Concat(second.Values).Concat(third.Values).Distinct().Count() == 900);
        Assert.Equal(100, third.Values.Count(value => value >= 600));
    }

    [Fact]
    public async Task AStaticMember_ComesBack_AndNobodyHearsOfIt()
    {
        string topic = await silo.CreateTopicAsync(Partitions);
        string group = silo.NewName();
        await using GroupReader other = Join(topic, group, PartitionAssignmentStrategy.Range, "other");
        await using GroupReader leaving = Join(topic, group, PartitionAssignmentStrategy.Range, "restarted");
        await Eventually.HoldsAsync(() => other.Partitions.Count == 3 && leaving.Partitions.Count == 3);
        await silo.ProduceAsync(topic, 0, 60, Partitions);
        await Eventually.HoldsAsync(() => other.Values.Concat(leaving.Values).Distinct().Count() == 60);
        int rebalances = other.RebalanceCount;
        await leaving.CloseAsync();
        await silo.ProduceAsync(topic, 60, 120, Partitions);

        await using GroupReader returned = Join(topic, group, PartitionAssignmentStrategy.Range, "restarted");

        await Eventually.HoldsAsync(() => other.Values.Concat(leaving.Values).Concat(returned.Values).Distinct().Count() == 120);
        Assert.Equal(3, returned.Partitions.Count);
        Assert.Empty(returned.Partitions.Intersect(other.Partitions));
        Assert.Equal(rebalances, other.RebalanceCount);
        // It went on where it had committed.
        Assert.DoesNotContain(returned.Values, value => value < 60);
    }

    private GroupReader Join(string topic, string group, PartitionAssignmentStrategy strategy = PartitionAssignmentStrategy.CooperativeSticky, string? instance = null) => new(
        new ConsumerConfig
        {
            BootstrapServers = silo.Servers,
            GroupId = group,
            GroupInstanceId = instance,
            PartitionAssignmentStrategy = strategy,
            HeartbeatIntervalMs = 200,
        },
        topic);
}
