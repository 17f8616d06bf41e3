using StreamCoord.Gateway.Http.Consumers;
using StreamCoord.Testing;

namespace StreamCoord.Gateway.Http.Tests.Consumers;

/// <summary>The core of a consumer, against a model that knows who may be given what.</summary>
public sealed class ConsumerStateTests
{
    private const int PartitionsMax = 6;
    private const int StepsCount = 20_000;

    [Fact]
    public void Positions_move_only_for_the_assignment_and_the_position_they_were_planned_for()
    {
        int seed = TestSeed.Next();
        TestContext.Current.TestOutputHelper!.WriteLine($"Seed {seed}");
        var random = new Random(seed);
        var state = new ConsumerState();
        Assert.Null(state.Subscribe(["t"]));
        var model = new Dictionary<int, long?>();
        bool isRebalancing = true;
        int assignment = 0;
        var plans = new List<(FetchPlan Plan, int Assignment)>();
        int advancedCount = 0;
        int refusedCount = 0;
        for (int step = 0; step < StepsCount; step++)
        {
            var partition = new TopicPartition("t", random.Next(PartitionsMax));
            bool isAssigned = model.TryGetValue(partition.Partition, out long? position);
            switch (random.Next(10))
            {
                case 0:
                    state.BeginRebalance();
                    isRebalancing = true;
                    break;
                case 1:
                    int[] given = [.. Enumerable.Range(0, PartitionsMax).Where(_ => random.Next(2) == 0)];
                    state.EndRebalance([.. given.Select(number => new TopicPartition("t", number))]);
                    model = given.ToDictionary(number => number, model.GetValueOrDefault);
                    (isRebalancing, assignment) = (false, assignment + 1);
                    break;
                case 2:
                    var begin = new Offset(random.Next(100));
                    state.Begin(partition, begin, isCommitted: random.Next(2) == 0);
                    if (isAssigned && position is null)
                    {
                        model[partition.Partition] = begin.Value;
                    }
                    break;
                case 3:
                    var target = new Offset(random.Next(100));
                    Assert.Equal(isAssigned, state.Seek([(partition, target)]) is null);
                    if (isAssigned)
                    {
                        model[partition.Partition] = target.Value;
                    }
                    break;
                case 4:
                    state.Committed(state.Uncommitted);
                    Assert.Empty(state.Uncommitted);
                    break;
                case 5 when random.Next(10) == 0:
                    state.Lose();
                    (isRebalancing, assignment) = (true, assignment + 1);
                    model.Clear();
                    break;
                case 6 or 7:
                    IReadOnlyList<FetchPlan> made = state.PlanFetches();
                    Assert.Equal(
                        isRebalancing ? [] : model.Where(each => each.Value is not null).Select(each => (each.Key, each.Value!.Value)).Order(),
                        made.Select(plan => (plan.Partition.Partition, plan.From.Value)).Order());
                    plans.AddRange(made.Select(plan => (plan, assignment)));
                    break;
                case 8 or 9 when plans.Count > 0:
                    int index = random.Next(plans.Count);
                    (FetchPlan plan, int plannedIn) = plans[index];
                    plans.RemoveAt(index);
                    Offset next = plan.From + random.Next(3);
                    bool mayMove = !isRebalancing && plannedIn == assignment && model.GetValueOrDefault(plan.Partition.Partition) == plan.From.Value;
                    Assert.Equal(mayMove, state.TryAdvance(plan, next));
                    _ = mayMove ? advancedCount++ : refusedCount++;
                    if (mayMove && random.Next(4) == 0)
                    {
                        state.Retract(plan, next);
                    }
                    else if (mayMove)
                    {
                        model[plan.Partition.Partition] = next.Value;
                    }
                    break;
            }
            Assert.Equal(model.Keys.Order(), state.Assignment.Select(each => each.Partition).Order());
            Assert.All(state.Uncommitted, offset => Assert.Equal(model[offset.Partition.Partition], offset.Offset.Value));
            Assert.Equal(isRebalancing ? [] : model.Where(each => each.Value is null).Select(each => each.Key).Order(), state.Unpositioned.Select(each => each.Partition).Order());
        }
        Assert.True(advancedCount > 50 && refusedCount > 50, $"{advancedCount} moves and {refusedCount} refusals are too few to show anything.");
    }

    [Fact]
    public void Subscriptions_exclude_each_other_until_they_end()
    {
        var state = new ConsumerState();
        Assert.Null(SubscriptionPattern.TryParse("t.*", out SubscriptionPattern? pattern));
        Assert.Null(state.Subscribe(["a"]));
        Assert.Null(state.Subscribe(["b"]));
        Assert.NotNull(state.Subscribe(pattern!));
        Assert.NotNull(state.Assign([new TopicPartition("a", 0)]));
        Assert.Equal(["b"], state.Topics);

        state.Unsubscribe();

        Assert.Null(state.Assign([new TopicPartition("a", 0)]));
        Assert.NotNull(state.Subscribe(["a"]));
        Assert.Null(state.Assign([]));
        Assert.Null(state.Subscribe(pattern!));
    }

    [Fact]
    public void Every_partition_has_its_turn_to_be_first()
    {
        var state = new ConsumerState();
        TopicPartition[] partitions = [.. Enumerable.Range(0, 3).Select(number => new TopicPartition("t", number))];
        Assert.Null(state.Assign(partitions));
        Array.ForEach(partitions, partition => state.Begin(partition, Offset.Zero, isCommitted: true));
        Assert.Equal([0, 1, 2, 0], Enumerable.Range(0, 4).Select(_ => state.PlanFetches()[0].Partition.Partition));
        Assert.Empty(state.Uncommitted);
    }

    [Theory]
    [InlineData("t.*", "topic", true)]
    [InlineData("t", "topic", false)]
    [InlineData("a|b", "ab", false)]
    [InlineData(".*", "__znodes", false)]
    [InlineData(@"x\d{2}", "x12", true)]
    public void A_pattern_matches_whole_names(string text, string topic, bool matches)
    {
        Assert.Null(SubscriptionPattern.TryParse(text, out SubscriptionPattern? pattern));
        Assert.Equal(matches, pattern!.Matches(topic));
    }

    [Theory]
    [InlineData("")]
    [InlineData("(")]
    [InlineData("a)|(b")]
    [InlineData(@"(a)\1")]
    [InlineData("(?=a)")]
    [InlineData("(a{100}){100}")]
    [InlineData("a{2000}")]
    public void A_pattern_that_could_take_long_is_refused(string text) => Assert.NotNull(SubscriptionPattern.TryParse(text, out _));
}
