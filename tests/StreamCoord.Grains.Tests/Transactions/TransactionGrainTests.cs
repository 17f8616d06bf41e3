using Microsoft.Extensions.Time.Testing;
using StreamCoord.Grains.Brokers;
using StreamCoord.Grains.Groups;
using StreamCoord.Grains.Tests.ZNodes;
using StreamCoord.Grains.Transactions;
using StreamCoord.Groups;
using StreamCoord.Testing;
using StreamCoord.Topics;
using StreamCoord.Transactions;

namespace StreamCoord.Grains.Tests.Transactions;

/// <summary>Transactions on a silo: all partitions and groups of one count together or not at all, whatever dies in between.</summary>
public sealed class TransactionGrainTests : IAsyncDisposable
{
    private const int CrashRuns = 12;
    private static readonly TopicPartition[] Partitions = [new("t", 0), new("t", 1), new("t", 2)];

    private TreeSilo? _silo;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Commit_ShowsAllPartitionsAndOffsets_AndAbortNone(bool raisesEpoch)
    {
        await StartAsync();
        TransactionClient client = Client("x", raisesEpoch);
        Assert.Equal(ErrorCode.None, await client.InitAsync());
        foreach (bool isCommit in (bool[])[true, false, true])
        {
            foreach (TopicPartition partition in Partitions)
            {
                Assert.Equal(ErrorCode.None, await client.AppendAsync(partition, $"{isCommit}"));
            }
            Assert.Equal(ErrorCode.None, await client.CommitOffsetAsync("g", isCommit ? 1 : 2));
            Assert.Equal(ErrorCode.UnstableOffsetCommit, (await FetchAsync("g", isStable: true)).Error);
            Assert.Equal(ErrorCode.None, await client.EndAsync(isCommit));
            await UntilSettledAsync("x");
        }
        foreach (TopicPartition partition in Partitions)
        {
            Assert.Equal(["True", "True"], await TransactionClient.ReadAsync(_silo!.Grains, partition));
        }
        FetchedOffset committed = await FetchAsync("g", isStable: true);
        Assert.Equal((ErrorCode.None, 1), (committed.Error, committed.Offset.Value));
    }

    [Fact]
    public async Task Append_ToAPartitionThatIsNotInTheTransaction_IsRefused()
    {
        await StartAsync();
        TransactionClient newer = Client("x", raisesEpoch: true);
        await newer.InitAsync();
        Assert.Equal(ErrorCode.None, await newer.AppendAsync(Partitions[0], "a"));
        // The same producer by the older flow: the partition is not put into the transaction by anybody.
        RecordsOf(newer, out long producerId, out short epoch);
        TransactionReply verified = await newer.Coordinator.Enter(new EnterTransactionRequest(producerId, epoch, [Partitions[1]], EnterMode.Verify));
        Assert.Equal(ErrorCode.TransactionAbortable, verified.Error);
        Assert.Equal(ErrorCode.InvalidProducerIdMapping, (await newer.Coordinator.Enter(new EnterTransactionRequest(producerId + 1, epoch, [Partitions[1]], EnterMode.Verify))).Error);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Zombie_IsFencedEverywhere(bool raisesEpoch)
    {
        await StartAsync();
        TransactionClient zombie = Client("x", raisesEpoch);
        await zombie.InitAsync();
        Assert.Equal(ErrorCode.None, await zombie.AppendAsync(Partitions[0], "zombie"));
        TransactionClient successor = Client("x", raisesEpoch);
        Assert.Equal(ErrorCode.None, await successor.InitAsync());

        Assert.Equal(ErrorCode.ProducerFenced, await zombie.AppendAsync(Partitions[1], "zombie"));
        Assert.NotEqual(ErrorCode.None, await zombie.AppendAsync(Partitions[0], "zombie"));
        Assert.Equal(ErrorCode.ProducerFenced, await zombie.CommitOffsetAsync("g", 9));
        Assert.NotEqual(ErrorCode.None, await zombie.EndAsync(isCommit: true));

        Assert.Equal(ErrorCode.None, await successor.AppendAsync(Partitions[0], "successor"));
        Assert.Equal(ErrorCode.None, await successor.EndAsync(isCommit: true));
        await UntilSettledAsync("x");
        Assert.Equal(["successor"], await TransactionClient.ReadAsync(_silo!.Grains, Partitions[0]));
        Assert.Empty(await TransactionClient.ReadAsync(_silo!.Grains, Partitions[1]));
        Assert.Equal(-1, (await FetchAsync("g", isStable: true)).Offset.Value);
    }

    [Fact]
    public async Task OpenTransaction_IsAborted_WhenItsTimeIsOver_AlsoAfterARestart()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(50));
        await StartAsync(time);
        TransactionClient client = Client("x", raisesEpoch: false);
        await client.InitAsync();
        Assert.Equal(ErrorCode.None, await client.AppendAsync(Partitions[0], "late"));
        await _silo!.RestartAsync();
        TransactionDescription open = await _silo.Grains.GetGrain<ITransactionGrain>("x").Describe();
        Assert.Equal((TransactionState.Ongoing, TransactionClient.TimeoutMs), (open.State, open.TimeoutMs));
        Assert.Equal([Partitions[0]], open.Partitions);

        await UntilAsync(async () =>
        {
            // In small steps: the calls between grains have this clock as well, and half a minute of it is too long for one.
            time.Advance(TimeSpan.FromMilliseconds(50));
            return (await _silo.Grains.GetGrain<ITransactionGrain>("x").Describe()).State == TransactionState.CompleteAbort;
        });

        Assert.Equal(ErrorCode.ProducerFenced, (await _silo.Grains.GetGrain<ITransactionGrain>("x").End(new EndTransactionRequest(client.ProducerId, client.ProducerEpoch, true, false))).Error);
        Assert.Empty(await TransactionClient.ReadAsync(_silo.Grains, Partitions[0]));
    }

    [Fact]
    public async Task Id_ThatNobodyUses_IsForgotten()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(50));
        await StartAsync(time, new TransactionOptions { IdExpirationMs = 60_000 });
        await Client("x", raisesEpoch: false).InitAsync();
        Assert.Equal(["x"], (await ListAsync()).Select(one => one.TransactionalId));
        time.Advance(TimeSpan.FromMinutes(1));
        await UntilAsync(async () =>
        {
            time.Advance(TimeSpan.FromMilliseconds(50));
            return (await ListAsync()).Count == 0;
        });
        Assert.Equal(ErrorCode.TransactionalIdNotFound, (await _silo!.Grains.GetGrain<ITransactionGrain>("x").Describe()).Error);
    }

    [Fact]
    public async Task Transaction_OfATopicThatWasDeleted_EndsAllTheSame()
    {
        await StartAsync();
        TransactionClient client = Client("x", raisesEpoch: true);
        await client.InitAsync();
        Assert.Equal(ErrorCode.None, await client.AppendAsync(Partitions[0], "gone"));
        Assert.Equal(ErrorCode.None, (await _silo!.Grains.GetGrain<ITopicGrain>("t").Delete()).Error);
        Assert.Equal(ErrorCode.None, await client.EndAsync(isCommit: true));
        await UntilSettledAsync("x");
    }

    /// <summary>Power failures at any moment of transactions over several partitions and a group: what was acknowledged as committed is there, whole; nothing else is, but whole.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task PowerFailures_LeaveEveryTransactionWholeOrAway(bool raisesEpoch)
    {
        int seed = TestSeed.Next();
        var random = new Random(seed);
        await StartAsync();
        HashSet<int> acknowledged = [];
        HashSet<int> refused = [];
        int number = 0;
        for (int run = 0; run < CrashRuns; run++)
        {
            _silo!.Disk.ChangesLeft = random.Next(20, 400);
            await WorkAsync();
            await _silo.CrashAsync(random);
        }
        Assert.Equal(ErrorCode.None, await Client("x", raisesEpoch).InitAsync());
        await UntilSettledAsync("x");
        await CheckAsync();

        async Task WorkAsync()
        {
            TransactionClient client = Client("x", raisesEpoch);
            try
            {
                if (await client.InitAsync() != ErrorCode.None)
                {
                    return;
                }
                while (true)
                {
                    int mine = number++;
                    foreach (TopicPartition partition in Partitions)
                    {
                        if (await client.AppendAsync(partition, $"{mine}") != ErrorCode.None)
                        {
                            return;
                        }
                    }
                    bool isCommit = random.Next(4) > 0;
                    if (await client.CommitOffsetAsync("g", mine) != ErrorCode.None)
                    {
                        return;
                    }
                    if (!isCommit)
                    {
                        refused.Add(mine);
                    }
                    if (await client.EndAsync(isCommit) != ErrorCode.None)
                    {
                        return;
                    }
                    if (isCommit)
                    {
                        acknowledged.Add(mine);
                    }
                }
            }
            catch (Exception exception) when (exception is not Xunit.Sdk.XunitException)
            {
                // The silo is gone under the call.
            }
        }

        async Task CheckAsync()
        {
            string[][] read = await Task.WhenAll(Partitions.Select(async partition => (await TransactionClient.ReadAsync(_silo!.Grains, partition)).ToArray()));
            Assert.All(read, one => Assert.True(read[0].SequenceEqual(one), $"seed {seed}: {string.Join(' ', read[0])} and {string.Join(' ', one)}"));
            int[] committed = [.. read[0].Select(int.Parse)];
            Assert.True(committed.SequenceEqual(committed.Order().Distinct()), $"seed {seed}: {string.Join(' ', committed)}");
            Assert.True(acknowledged.IsSubsetOf(committed), $"seed {seed}: {string.Join(' ', acknowledged.Except(committed))} were acknowledged and are not there");
            Assert.False(refused.Overlaps(committed), $"seed {seed}: {string.Join(' ', refused.Intersect(committed))} were aborted and are there");
            FetchedOffset offset = await FetchAsync("g", isStable: true);
            Assert.True((ErrorCode.None, committed.LastOrDefault(-1)) == (offset.Error, (int)offset.Offset.Value), $"seed {seed}: offset {offset.Offset} ({offset.Error}), last committed {committed.LastOrDefault(-1)}");
            Assert.NotEmpty(acknowledged);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_silo is not null)
        {
            await _silo.DisposeAsync();
        }
    }

    private static void RecordsOf(TransactionClient client, out long producerId, out short epoch) => (producerId, epoch) = (client.ProducerId, client.ProducerEpoch);

    private async Task StartAsync(FakeTimeProvider? time = null, TransactionOptions? options = null)
    {
        _silo = await TreeSilo.StartAsync(new TreeSiloOptions
        {
            Time = time,
            Silo = silo => silo.AddBrokers().AddGroups(new GroupOptions { InitialRebalanceDelayMs = 0 }).AddTransactions(options ?? new TransactionOptions()),
        });
        TopicReply created = await _silo.Grains.GetGrain<ITopicGrain>("t").Create(new CreateTopicRequest(Partitions.Length, null, new Dictionary<string, string>(), false));
        Assert.True(created.Error == ErrorCode.None, created.Message);
    }

    private TransactionClient Client(string transactionalId, bool raisesEpoch) => new(_silo!.Services, transactionalId, raisesEpoch);

    private async Task<FetchedOffset> FetchAsync(string groupId, bool isStable)
    {
        FetchOffsetsReply reply = await _silo!.Grains.GetGrain<IConsumerGroupGrain>(groupId).FetchOffsets([new TopicPartition("t", 0)], isStable: isStable);
        Assert.True(reply.Error == ErrorCode.None, reply.Message);
        return Assert.Single(reply.Offsets);
    }

    private async Task<IReadOnlyList<TransactionDescription>> ListAsync()
    {
        ListTransactionsReply reply = await _silo!.Grains.GetGrain<ITransactionCatalogueGrain>(0).List();
        Assert.True(reply.Error == ErrorCode.None, reply.Message);
        return reply.Transactions;
    }

    private Task UntilSettledAsync(string transactionalId) => UntilAsync(async () =>
        (await _silo!.Grains.GetGrain<ITransactionGrain>(transactionalId).Describe()).State is TransactionState.CompleteCommit or TransactionState.CompleteAbort or TransactionState.Empty);

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
