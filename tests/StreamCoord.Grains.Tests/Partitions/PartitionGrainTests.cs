using StreamCoord.Partitions;
using StreamCoord.Topics;

namespace StreamCoord.Grains.Tests.Partitions;

/// <summary>Partitions as callers see them: through their grain, with a topic around them.</summary>
public sealed class PartitionGrainTests
{
    [Fact]
    public async Task Append_CanBeFetched_AlsoAfterARestart_UnderANewerEpoch()
    {
        await using PartitionSilo silo = await PartitionSilo.StartAsync();
        await silo.CreateAsync("lines");
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(i, (await silo.AppendAsync("lines", $"value {i}")).BaseOffset.Value);
        }
        PartitionDescription before = await silo.Partition("lines").Describe();
        Assert.Equal((0L, 3L, 3L, 1), (before.LogStartOffset.Value, before.HighWatermark.Value, before.LogEndOffset.Value, before.SegmentCount));

        await silo.RestartAsync();

        Assert.Equal(["value 0", "value 1", "value 2"], await silo.ReadAsync("lines"));
        PartitionDescription after = await silo.Partition("lines").Describe();
        Assert.True(after.LeaderEpoch > before.LeaderEpoch);
        Assert.Equal(3, (await silo.AppendAsync("lines", "value 3")).BaseOffset.Value);
    }

    [Theory]
    [InlineData("nosuch/0")]
    [InlineData("lines/2")]
    [InlineData("nonsense")]
    public async Task EveryCall_ToAPartitionThatIsNotThere_SaysSo(string key)
    {
        await using PartitionSilo silo = await PartitionSilo.StartAsync();
        await silo.CreateAsync("lines");
        IPartitionGrain partition = silo.Grains.GetGrain<IPartitionGrain>(key);
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, (await partition.Append(new AppendRequest(RecordData.Empty, RequiredAcks.All))).Error);
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, (await partition.Fetch(new FetchRequest(Offset.Zero, 1, 0))).Error);
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, (await partition.FindOffset(0)).Error);
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, (await partition.DeleteRecords(Offset.None)).Error);
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, (await partition.FindEpochEnd(new LeaderEpoch(0), LeaderEpoch.Unknown)).Error);
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, (await partition.DescribeProducers()).Error);
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, (await partition.Describe()).Error);
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, (await partition.Verify()).Error);
        await partition.Maintain();
    }

    [Fact]
    public async Task Fetch_WaitsForARecord_AndEndsEmptyWhenNoneComes()
    {
        await using PartitionSilo silo = await PartitionSilo.StartAsync();
        await silo.CreateAsync("lines");
        Assert.Empty(await silo.ReadAsync("lines", maxWaitMs: 20));

        Task<List<string>> waiting = silo.ReadAsync("lines", maxWaitMs: FetchRequest.MaxWaitMsLimit);
        await silo.AppendAsync("lines", "value", RequiredAcks.Leader);
        Assert.Equal(["value"], await waiting);
    }

    [Fact]
    public async Task FindEpochEnd_RefusesWhoTakesAnotherEpochForTheLeaders()
    {
        await using PartitionSilo silo = await PartitionSilo.StartAsync();
        await silo.CreateAsync("lines");
        await silo.AppendAsync("lines", "value");
        LeaderEpoch epoch = (await silo.Partition("lines").Describe()).LeaderEpoch;

        var end = new EpochEndReply(ErrorCode.None, null, epoch, new Offset(1));
        Assert.Equal(end, await silo.Partition("lines").FindEpochEnd(epoch, epoch));
        Assert.Equal(end, await silo.Partition("lines").FindEpochEnd(epoch, LeaderEpoch.Unknown));
        Assert.Equal(ErrorCode.UnknownLeaderEpoch, (await silo.Partition("lines").FindEpochEnd(epoch, epoch.Next())).Error);
        await silo.RestartAsync();
        Assert.Equal(ErrorCode.FencedLeaderEpoch, (await silo.Partition("lines").FindEpochEnd(epoch, epoch)).Error);
        Assert.Equal(end, await silo.Partition("lines").FindEpochEnd(epoch, LeaderEpoch.Unknown));
    }

    [Fact]
    public async Task Fetch_OutOfRange_CarriesTheValidRange()
    {
        await using PartitionSilo silo = await PartitionSilo.StartAsync();
        await silo.CreateAsync("lines");
        await silo.AppendAsync("lines", "one");
        await silo.AppendAsync("lines", "two");
        Assert.Equal(1, (await silo.Partition("lines").DeleteRecords(new Offset(1))).LogStartOffset.Value);
        foreach (long offset in new[] { 0L, 3L })
        {
            FetchReply reply = await silo.Partition("lines").Fetch(new FetchRequest(new Offset(offset), 1, 0));
            Assert.Equal((ErrorCode.OffsetOutOfRange, 1L, 2L), (reply.Error, reply.LogStartOffset.Value, reply.HighWatermark.Value));
        }
        Assert.Equal(ErrorCode.OffsetOutOfRange, (await silo.Partition("lines").DeleteRecords(new Offset(9))).Error);
    }

    [Fact]
    public async Task Append_OnAFullDisk_IsRefused_ReadsGoOn_AndItResumesByItself()
    {
        await using PartitionSilo silo = await PartitionSilo.StartAsync();
        await silo.CreateAsync("lines");
        await silo.AppendAsync("lines", "before");
        LeaderEpoch epoch = (await silo.Partition("lines").Describe()).LeaderEpoch;
        silo.Disk.CapacityBytes = silo.Disk.UsedBytes + 10;

        for (int i = 0; i < 3; i++)
        {
            AppendReply refused = await silo.AppendAsync("lines", "too much");
            Assert.Equal(ErrorCode.KafkaStorageError, refused.Error);
            Assert.Contains("full", refused.Message, StringComparison.Ordinal);
            Assert.Equal(["before"], await silo.ReadAsync("lines"));
        }
        silo.Disk.CapacityBytes = long.MaxValue;

        Assert.Equal(1, (await silo.AppendAsync("lines", "after")).BaseOffset.Value);
        Assert.Equal(["before", "after"], await silo.ReadAsync("lines"));
        Assert.True((await silo.Partition("lines").Describe()).LeaderEpoch > epoch);
    }

    [Fact]
    public async Task AlterConfigs_IsFollowedByTheLog()
    {
        await using PartitionSilo silo = await PartitionSilo.StartAsync();
        await silo.CreateAsync("lines", (TopicConfigs.MinInsyncReplicas, "2"));
        Assert.Equal(ErrorCode.NotEnoughReplicas, (await silo.AppendAsync("lines", "value")).Error);
        Assert.Equal(ErrorCode.None, (await silo.AppendAsync("lines", "value", RequiredAcks.Leader)).Error);

        await silo.Grains.GetGrain<ITopicGrain>("lines").AlterConfigs(
            [new ConfigChange(TopicConfigs.MinInsyncReplicas, null), new ConfigChange(TopicConfigs.MaxMessageBytes, "100")], false);

        Assert.Equal(ErrorCode.None, (await silo.AppendAsync("lines", "value")).Error);
        Assert.Equal(ErrorCode.MessageTooLarge, (await silo.AppendAsync("lines", new string('v', 100))).Error);
    }

    [Fact]
    public async Task AConfiguration_WrittenAsAPlainZNode_IsFollowedByTheLog_AndAnIllegalOneIsNot_AlsoAfterARestart()
    {
        await using PartitionSilo silo = await PartitionSilo.StartAsync();
        await silo.CreateAsync("lines");
        Assert.Equal(ErrorCode.None, (await silo.AppendAsync("lines", new string('v', 100))).Error);

        await silo.WriteConfigAsync("lines", """{"version":1,"config":{"max.message.bytes":"100"}}""");
        await PartitionSilo.UntilAsync(async () => (await silo.AppendAsync("lines", new string('v', 100))).Error == ErrorCode.MessageTooLarge);

        foreach (string illegal in new[] { "", "null", "[]", """{"version":1,"config":{"max.message.bytes":"-1"}}""", """{"version":1,"config":{"max.message.bytes":"1000","no.such":"1"}}""" })
        {
            await silo.WriteConfigAsync("lines", illegal);
        }
        await silo.RestartAsync();
        Assert.Equal(ErrorCode.MessageTooLarge, (await silo.AppendAsync("lines", new string('v', 100))).Error);
        TopicReply topic = await silo.Grains.GetGrain<ITopicGrain>("lines").Describe();
        Assert.Equal([KeyValuePair.Create(TopicConfigs.MaxMessageBytes, "100")], topic.Topic!.Configs);

        await silo.WriteConfigAsync("lines", """{"version":1,"config":{}}""");
        await PartitionSilo.UntilAsync(async () => (await silo.AppendAsync("lines", new string('v', 100))).Error == ErrorCode.None);
    }

    [Fact]
    public async Task Delete_TakesTheFiles_AndANewTopicOfThatNameBeginsAtZero()
    {
        await using PartitionSilo silo = await PartitionSilo.StartAsync();
        await silo.CreateAsync("lines");
        await silo.AppendAsync("lines", "old");
        Assert.NotEmpty(silo.TopicLogs);

        Assert.Equal(ErrorCode.None, (await silo.Grains.GetGrain<ITopicGrain>("lines").Delete()).Error);
        Assert.Empty(silo.TopicLogs);
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, (await silo.AppendAsync("lines", "nowhere")).Error);

        await silo.CreateAsync("lines");
        Assert.Equal(0, (await silo.AppendAsync("lines", "new")).BaseOffset.Value);
        Assert.Equal(["new"], await silo.ReadAsync("lines"));
    }

    [Fact]
    public async Task Verify_NamesTheDamagedRange()
    {
        await using PartitionSilo silo = await PartitionSilo.StartAsync();
        await silo.CreateAsync("lines");
        await silo.AppendAsync("lines", "zero");
        await silo.AppendAsync("lines", "one");
        await silo.RestartAsync();
        string path = silo.TopicLogs[0];
        byte[] content = silo.Disk.Read(path);
        content[65] ^= 1;
        silo.Disk.Overwrite(path, content);

        VerifyReply reply = await silo.Partition("lines").Verify();
        Assert.Equal((0L, 1L), (Assert.Single(reply.Damage).From.Value, reply.Damage[0].To.Value));
        Assert.Equal(["one"], await silo.ReadAsync("lines", from: 1));
    }
}
