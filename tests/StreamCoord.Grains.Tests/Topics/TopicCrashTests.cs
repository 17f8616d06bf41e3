using StreamCoord.Grains.Tests.Storage;
using StreamCoord.Topics;

namespace StreamCoord.Grains.Tests.Topics;

/// <summary>
/// Stops a change at each of its steps, before and after the step is carried out, and checks that what is left is a topic or
/// none, after a new start as well as without one.
/// </summary>
public sealed class TopicCrashTests
{
    /// <summary>Above the number of steps of any change, so that a change that never ends is found.</summary>
    private const int StepsMax = 20;

    private static readonly CreateTopicRequest TwoPartitions = new(2, 1, new Dictionary<string, string>(), ValidateOnly: false);

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Create_StoppedAtAnyStep_LeavesATopicOrNone(bool carryOut, bool restart)
    {
        await using TopicSilo silo = await TopicSilo.StartAsync(new SqliteFile());
        int step = 0;
        while (await FailsAsync(silo, step, carryOut, restart, () => silo.Topic($"a.{step}").Create(TwoPartitions)))
        {
            TopicReply described = await silo.Topic($"a.{step}").Describe();
            if (described.Topic is { } topic)
            {
                Assert.Equal(2, topic.Partitions.Count);
                Assert.Equal(ErrorCode.TopicAlreadyExists, (await silo.Topic($"a.{step}").Create(TwoPartitions)).Error);
                Assert.Equal(ErrorCode.None, (await silo.Topic($"a.{step}").Delete()).Error);
            }
            await silo.AssertNothingIsLeftAsync();
            Assert.Equal(ErrorCode.None, (await silo.Topic($"a_{step}").Create(TwoPartitions)).Error);
            Assert.Equal(ErrorCode.None, (await silo.Topic($"a_{step}").Delete()).Error);
            step++;
        }
        Assert.True(step >= 2, $"Only {step} steps were stopped.");
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Create_WhereANameWasLeftOver_ByACollidingOne_Works(bool carryOut, bool restart)
    {
        await using TopicSilo silo = await TopicSilo.StartAsync(new SqliteFile());
        int step = 0;
        while (await FailsAsync(silo, step, carryOut, restart, () => silo.Topic($"a.{step}").Create(TwoPartitions)))
        {
            // Nothing has looked at the first topic since: the second must find out by itself whether it exists.
            TopicReply colliding = await silo.Topic($"a_{step}").Create(TwoPartitions);
            bool exists = (await silo.Topic($"a.{step}").Describe()).Topic is not null;
            Assert.Equal(exists ? ErrorCode.InvalidTopicException : ErrorCode.None, colliding.Error);
            step++;
        }
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Delete_StoppedAtAnyStep_IsFinishedByTheNextActivation(bool carryOut, bool restart)
    {
        await using TopicSilo silo = await TopicSilo.StartAsync(new SqliteFile());
        int step = 0;
        await silo.Topic("a0").Create(TwoPartitions);
        while (await FailsAsync(silo, step, carryOut, restart, () => silo.Topic($"a{step}").Delete()))
        {
            if ((await silo.Topic($"a{step}").Describe()).Topic is not null)
            {
                Assert.True(step == 0 && !carryOut, "A deletion that had begun was undone.");
                Assert.Equal(ErrorCode.None, (await silo.Topic($"a{step}").Delete()).Error);
            }
            await UntilAsync(async () =>
                (await silo.Topic($"a{step}").Describe()).Topic is null && await silo.ReadAsync(TopicPaths.Deletion($"a{step}")) is null);
            await silo.AssertNothingIsLeftAsync();
            step++;
            await silo.Topic($"a{step}").Create(TwoPartitions);
        }
        Assert.True(step >= 5, $"Only {step} steps were stopped.");
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task SetPartitionCount_StoppedAtAnyStep_LeavesTheOldNumberOrTheNew(bool carryOut, bool restart)
    {
        await using TopicSilo silo = await TopicSilo.StartAsync(new SqliteFile());
        int step = 0;
        await silo.Topic("a0").Create(TwoPartitions);
        while (await FailsAsync(silo, step, carryOut, restart, () => silo.Topic($"a{step}").SetPartitionCount(5, false)))
        {
            TopicDescription topic = (await silo.Topic($"a{step}").Describe()).Topic!;
            Assert.True(topic.Partitions.Count == (step == 0 && !carryOut ? 2 : 5), $"{topic.Partitions.Count} partitions after step {step}.");
            Assert.Equal(Enumerable.Range(0, topic.Partitions.Count), topic.Partitions.Select(partition => partition.Partition));
            step++;
            await silo.Topic($"a{step}").Create(TwoPartitions);
        }
        Assert.Equal(2, step);
    }

    [Fact]
    public async Task Change_ThatFails_SaysSoWithoutAnException()
    {
        await using TopicSilo silo = await TopicSilo.StartAsync(new SqliteFile());
        silo.Faults.FailStep(0, carryOut: false);

        TopicReply reply = await silo.Topic("orders").Create(TwoPartitions);

        Assert.Equal(ErrorCode.UnknownServerError, reply.Error);
        Assert.DoesNotContain("   at ", reply.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ChangesThatWaitBehindOneThatFails_AreRefused_AndHoldNothingUp()
    {
        await using TopicSilo silo = await TopicSilo.StartAsync(new SqliteFile());
        ITopicGrain topic = silo.Topic("orders");
        await topic.Create(TwoPartitions);
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        silo.Faults.FailOnce(begun.Task);

        Task<TopicReply>[] changes = [.. Enumerable.Range(1, 3).Select(i => topic.AlterConfigs([new ConfigChange("retention.ms", $"{i}")], validateOnly: false))];
        // Calls come in their order, and this one is answered at once.
        Assert.Equal(ErrorCode.None, (await topic.Describe()).Error);
        begun.SetResult();
        TopicReply[] replies = await Task.WhenAll(changes);

        // One that went on would tell the partitions, which ask the topic, which answers nobody before it has gone.
        Assert.All(replies, reply => Assert.NotEqual(ErrorCode.None, reply.Error));
        TopicReply after = await topic.AlterConfigs([new ConfigChange("retention.ms", "4")], validateOnly: false);
        Assert.Equal((ErrorCode.None, "4"), (after.Error, after.Topic!.Configs["retention.ms"]));
    }

    /// <summary>Runs a change that stops at a step. False when it had no such step, and so was carried out.</summary>
    private static async Task<bool> FailsAsync(TopicSilo silo, int step, bool carryOut, bool restart, Func<Task<TopicReply>> change)
    {
        Assert.True(step < StepsMax);
        silo.Faults.FailStep(step, carryOut);
        TopicReply reply = await change();
        bool failed = silo.Faults.HasFailed;
        Assert.Equal(failed, reply.Error != ErrorCode.None);
        if (restart && failed)
        {
            await silo.RestartAsync();
        }
        silo.Faults.Heal();
        return failed;
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await condition())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
