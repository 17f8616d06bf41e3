using System.Text;
using StreamCoord.Grains.Partitions;
using StreamCoord.Partitions;
using StreamCoord.Records;
using StreamCoord.Testing;

namespace StreamCoord.Grains.Tests.Replicas;

/// <summary>What consumers are given by a copy that follows.</summary>
public sealed class FollowerReadTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Follower_GivesWhatItKnowsToBeCommitted_AndNoMore()
    {
        await using ReplicaTrio trio = await ReplicaTrio.StartAsync();
        (TrioNode leader, TrioNode near, TrioNode far) = (trio.Nodes[0], trio.Nodes[1], trio.Nodes[2]);
        Assert.Equal(ErrorCode.None, (await leader.AppendAsync("a")).Error);
        await trio.UntilAsync(() => near.Replica.Log.HighWatermark == new Offset(1), tick: true);
        trio.Cut(leader, far);
        Task<AppendReply> waiting = leader.AppendAsync("b");
        await trio.UntilAsync(() => near.Replica.Log.FlushedOffset == new Offset(2));

        Assert.Equal(["a"], Values(await ReadAsync(near, 0)));
        Assert.Equal((ErrorCode.None, 0), ((await ReadAsync(near, 1)).Error, (await ReadAsync(near, 1)).Data.Bytes.Length));
        FetchReply ahead = await ReadAsync(near, 2);
        Assert.Equal((ErrorCode.OffsetNotAvailable, new Offset(1), Offset.Zero), (ahead.Error, ahead.HighWatermark, ahead.LogStartOffset));
        Assert.Equal(ErrorCode.OffsetOutOfRange, (await ReadAsync(near, 3)).Error);

        Task rises = near.Replica.Log.WaitForRecordsAsync(new Offset(1), TestContext.Current.CancellationToken);
        trio.Heal();
        await trio.UntilAsync(() => waiting.IsCompleted && rises.IsCompleted, tick: true);
        Assert.Equal(["b"], Values(await ReadAsync(near, 1)));
    }

    [Fact]
    public async Task ReaderOfAFollower_IsToldOfCommitsAtOnce()
    {
        await using ReplicaTrio trio = await ReplicaTrio.StartAsync();
        (TrioNode leader, TrioNode near) = (trio.Nodes[0], trio.Nodes[1]);
        Assert.Equal(ErrorCode.None, (await leader.AppendAsync("a")).Error);
        leader.Replica.UnderGate(rules => rules.ReadFrom(near.Id.Node));

        // No time passes, so nothing is sent as a sign of life.
        await trio.UntilAsync(() => near.Replica.Log.HighWatermark == new Offset(1));
        Assert.Equal(ErrorCode.None, (await leader.AppendAsync("b")).Error);
        await trio.UntilAsync(() => near.Replica.Log.HighWatermark == new Offset(2));
    }

    /// <summary>Whatever the network does, and whoever leads: what was read anywhere is committed, and there to the end.</summary>
    [Fact]
    public async Task Random_WhatWasReadFromAnyCopy_IsCommitted_AndStays()
    {
        int seed = TestSeed.Next();
        output.WriteLine($"STREAMCOORD_TEST_SEED={seed}");
        var random = new Random(seed);
        await using ReplicaTrio trio = await ReplicaTrio.StartAsync();
        Dictionary<long, string> seen = [];
        List<Task> appends = [];
        for (int step = 0; step < 400; step++)
        {
            TrioNode one = trio.Nodes[random.Next(3)];
            switch (random.Next(10))
            {
                case < 4 when one.Replica.IsLeading:
                    appends.Add(one.AppendAsync($"v{step}"));
                    break;
                case 4:
                    trio.Cut(one, trio.Nodes[random.Next(3)]);
                    break;
                case 5:
                    trio.Heal();
                    break;
                case 6:
                    await TakeOverAsync(trio, one);
                    break;
                default:
                    trio.Advance(100 * random.Next(4));
                    break;
            }
            await Task.Delay(1, TestContext.Current.CancellationToken);
            foreach (TrioNode node in trio.Nodes)
            {
                await NoteAsync(node, seen);
            }
        }

        await SettleAsync(trio);
        output.WriteLine($"{appends.Count} appends, {seen.Count} offsets read");
        Assert.NotEmpty(seen);
        foreach (TrioNode node in trio.Nodes)
        {
            string[] values = await AllAsync(node);
            Assert.All(seen, read => Assert.Equal(read.Value, values[read.Key]));
        }
    }

    private static async Task SettleAsync(ReplicaTrio trio)
    {
        trio.Heal();
        trio.SetAlive([.. trio.Nodes]);
        while (trio.Nodes.All(node => node.Replica.CheckRead() is not null) || trio.Nodes.Any(node => node.Replica.Log.HighWatermark != trio.Nodes[0].Replica.Log.EndOffset))
        {
            await trio.LiveAsync(100);
            foreach (TrioNode due in trio.Nodes.Where(node => node.Replica.IsTakeOverDue()))
            {
                await TryLeadAsync(due);
            }
        }
    }

    // As the silo's membership would have it: the others have declared dead whoever leads, and wait until nothing is lent.
    private static async Task TakeOverAsync(ReplicaTrio trio, TrioNode next)
    {
        if (next.Replica.IsLeading)
        {
            return;
        }
        trio.SetAlive([.. trio.Nodes.Where(node => !node.Replica.IsLeading)]);
        foreach (TrioNode leading in trio.Nodes.Where(node => node.Replica.IsLeading))
        {
            trio.Nodes.Where(node => node != leading).ToList().ForEach(node => trio.Cut(leading, node));
        }
        trio.Advance(ReplicaTrio.LeaseMs + 100);
        await TryLeadAsync(next);
        trio.SetAlive([.. trio.Nodes]);
    }

    private static async Task TryLeadAsync(TrioNode node)
    {
        try
        {
            await node.Replica.LeadAsync(isNewTerm: false);
        }
        catch (LeadershipRefusedException)
        {
            // It is not in sync, or another has time left.
        }
    }

    private static async Task NoteAsync(TrioNode node, Dictionary<long, string> seen)
    {
        if (node.Replica.MayLead)
        {
            return;
        }
        FetchReply reply = await ReadAsync(node, seen.Count == 0 ? 0 : Math.Max(0, seen.Keys.Max() - 3));
        if (reply.Error != ErrorCode.None)
        {
            return;
        }
        foreach ((long offset, string value) in Records(reply))
        {
            Assert.True(offset < reply.HighWatermark.Value);
            Assert.True(seen.TryAdd(offset, value) || seen[offset] == value, $"Offset {offset} was {seen[offset]}, and is {value} on node {node.Id}.");
        }
    }

    private static async Task<string[]> AllAsync(TrioNode node)
    {
        List<string> values = [];
        while (Values(await node.Replica.Log.ReadAsync(new Offset(values.Count), 1_000_000)) is { Length: > 0 } more)
        {
            values.AddRange(more);
        }
        return [.. values];
    }

    private static Task<FetchReply> ReadAsync(TrioNode node, long from) => LocalFollowers.ReadAsync(node.Replica, new Offset(from), 1_000_000, IsolationLevel.ReadUncommitted);

    private static string[] Values(FetchReply reply) => [.. Records(reply).Select(record => record.Value)];

    private static List<(long Offset, string Value)> Records(FetchReply reply)
    {
        Assert.Equal(ErrorCode.None, reply.Error);
        List<(long, string)> records = [];
        var batches = new BatchSequence(reply.Data.Bytes.Span);
        while (batches.MoveNext(out _, out ReadOnlySpan<byte> batch))
        {
            using var reader = new RecordReader(batch);
            while (reader.MoveNext(out RecordView record))
            {
                records.Add((record.Offset.Value, Encoding.UTF8.GetString(record.Value.Span)));
            }
        }
        return records;
    }
}
