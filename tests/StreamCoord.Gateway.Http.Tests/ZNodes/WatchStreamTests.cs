using Microsoft.Extensions.Time.Testing;
using StreamCoord.Testing;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.Http.Tests.ZNodes;

public sealed class WatchStreamTests
{
    private const WatchEventType Created = WatchEventType.Created;
    private const WatchEventType Deleted = WatchEventType.Deleted;
    private const WatchEventType Changed = WatchEventType.DataChanged;
    private const WatchEventType Children = WatchEventType.ChildrenChanged;

    [Theory]
    [InlineData("data", "created /a 1", "data_changed /a 2", "deleted /a 4")]
    [InlineData("children", "created /a 1", "children_changed /a 3", "deleted /a 4")]
    [InlineData("recursive", "created /a 1", "data_changed /a 2", "created /a/b 3", "deleted /a/b 4", "deleted /a 4")]
    public async Task Each_mode_shows_its_events(string mode, params string[] expected)
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Coordination.Happen();
        string before = $"{host.Coordination.AppliedZxid}:*";
        await using WatchReader live = await WatchReader.OpenAsync(host, $"/v1/znodes/a?view=watch&mode={mode}");
        await live.LifeAsync();

        host.Coordination.Happen((Created, "/a"), (Children, "/"));
        host.Coordination.Happen((Changed, "/a"), (Changed, "/a"));
        host.Coordination.Happen((Created, "/a/b"), (Children, "/a"), (Children, "/a"));
        host.Coordination.Happen((Deleted, "/a/b"), (Deleted, "/a"), (Children, "/"));
        host.Coordination.Happen((Changed, "/b"));

        string[] wanted = [.. expected.Select(e => $"{e[..^1]}{e[^1] + 1 - '0'}")];
        Assert.Equal(wanted, await NextAsync(live, wanted.Length));
        await using WatchReader resumed = await WatchReader.OpenAsync(host, $"/v1/znodes/a?view=watch&mode={mode}", before);
        Assert.Equal(wanted, await NextAsync(resumed, wanted.Length));
    }

    [Fact]
    public async Task A_stream_resumes_behind_any_of_its_ids_without_a_lost_or_doubled_event()
    {
        int seed = TestSeed.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"STREAMCOORD_TEST_SEED={seed}");
        var random = new Random(seed);
        await using GatewayHost host = await GatewayHost.StartAsync();
        (WatchEventType, string)[] kinds = [(Created, "/a"), (Changed, "/a"), (Changed, "/a/b"), (Deleted, "/a/b"), (Changed, "/c"), (Children, "/a")];
        var expected = new List<string>();
        string? id = $"{host.Coordination.AppliedZxid}:*";
        var seen = new List<string>();
        for (int round = 0; round < 40; round++)
        {
            Transact();
            await using WatchReader stream = await WatchReader.OpenAsync(host, "/v1/znodes/a?view=watch&mode=recursive", id);
            Transact();
            int count = random.Next(expected.Count - seen.Count + 1);
            seen.AddRange(await NextAsync(stream, count));
            if (seen.Count == expected.Count && random.Next(2) == 0)
            {
                await stream.LifeAsync();
            }
            id = stream.LastEventId ?? id;
        }
        await using WatchReader last = await WatchReader.OpenAsync(host, "/v1/znodes/a?view=watch&mode=recursive", id);
        seen.AddRange(await NextAsync(last, expected.Count - seen.Count));
        Assert.Equal(expected, seen);

        void Transact()
        {
            (WatchEventType Type, string Path)[] events = [.. Enumerable.Range(0, random.Next(6)).Select(_ => kinds[random.Next(kinds.Length)])];
            host.Coordination.Happen(events);
            string? before = null;
            foreach ((WatchEventType type, string path) in events.Where(e => e.Type != Children && e.Path != "/c"))
            {
                string next = $"{(type == Created ? "created" : type == Deleted ? "deleted" : "data_changed")} {path} {host.Coordination.AppliedZxid.Counter}";
                if (next != before)
                {
                    expected.Add(next);
                }
                before = next;
            }
        }
    }

    [Fact]
    public async Task Signs_of_life_move_the_position_of_a_quiet_stream()
    {
        var time = new FakeTimeProvider();
        await using GatewayHost host = await GatewayHost.StartAsync(time, ("StreamHeartbeatMs", "1000"));
        await using WatchReader stream = await WatchReader.OpenAsync(host, "/v1/znodes/a?view=watch");
        await stream.LifeAsync();
        host.Coordination.Happen((Changed, "/elsewhere"));
        Task life = stream.LifeAsync();
        while (!life.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(1000));
            await Task.Yield();
        }
        await life;
        Assert.Equal($"{host.Coordination.AppliedZxid}:*", stream.LastEventId);

        host.Coordination.HistoryGoneUpTo = host.Coordination.AppliedZxid;
        await using WatchReader resumed = await WatchReader.OpenAsync(host, "/v1/znodes/a?view=watch", stream.LastEventId);
        host.Coordination.Happen((Changed, "/a"));
        Assert.Equal("data_changed /a 2", await resumed.NextAsync());
    }

    [Fact]
    public async Task A_history_that_is_gone_is_410()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Coordination.Happen((Changed, "/a"));
        host.Coordination.Happen((Changed, "/a"));
        host.Coordination.HistoryGoneUpTo = host.Coordination.AppliedZxid;
        (Answer answer, _) = await host.ZNodeAsync("GET", "/v1/znodes/a?view=watch", null, ("Last-Event-ID", "0x100000001:0"));
        answer.Problem(410, "HistoryGone");
        Assert.Equal(0, host.Coordination.ConnectionCount);
    }

    [Fact]
    public async Task A_client_that_is_ahead_of_this_silo_waits_for_it()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        Task<WatchReader> opening = WatchReader.OpenAsync(host, "/v1/znodes/a?view=watch", "0x100000001:0");
        host.Coordination.Happen((Changed, "/a"));
        await using WatchReader stream = await opening;
        host.Coordination.Happen((Changed, "/a"));
        Assert.Equal("data_changed /a 2", await stream.NextAsync());
    }

    [Fact]
    public async Task A_client_that_does_not_read_is_let_go_and_can_resume()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(null, ("StreamQueuedEventsMax", "10"));
        await using WatchReader stream = await WatchReader.OpenAsync(host, "/v1/znodes/a?view=watch");
        await stream.LifeAsync();
        // More than the sockets between the two hold.
        const int Count = 400_000;
        for (int i = 0; i < Count; i++)
        {
            host.Coordination.Happen((Changed, "/a"));
        }
        int read = 0;
        while (await stream.NextAsync() is not null)
        {
            read++;
        }
        Assert.InRange(read, 1, Count - 1);
        Assert.Contains(stream.Comments, comment => comment.Contains("The stream ends", StringComparison.Ordinal));
        await using WatchReader resumed = await WatchReader.OpenAsync(host, "/v1/znodes/a?view=watch", stream.LastEventId);
        Assert.Equal($"data_changed /a {read + 1}", await resumed.NextAsync());
    }

    [Fact]
    public async Task A_stream_ends_with_its_connection_to_the_tree_and_with_the_service()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        await using WatchReader broken = await WatchReader.OpenAsync(host, "/v1/znodes/a?view=watch");
        host.Coordination.Break();
        Assert.Null(await broken.NextAsync());
        Assert.Contains(broken.Comments, comment => comment.Contains("term has ended", StringComparison.Ordinal));

        await using WatchReader stopped = await WatchReader.OpenAsync(host, "/v1/znodes/a?view=watch");
        host.BeginStop();
        Assert.Null(await stopped.NextAsync());
    }

    [Fact]
    public async Task What_a_watch_cannot_use_is_refused()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(null, ("StreamsMax", "1"));
        (await host.GetAsync("/v1/znodes/a?view=watch&mode=all")).Problem(400, "BadArguments");
        (await host.GetAsync("/v1/znodes/a//b?view=watch")).Problem(400, "BadArguments");
        foreach (string id in (string[])["5", "0x5", "0x5:", "0x5:-1", "5:1", "0x5:1:1", "0xffffffffffffffff:0"])
        {
            (await host.ZNodeAsync("GET", "/v1/znodes/a?view=watch", null, ("Last-Event-ID", id))).Answer.Problem(400, "BadArguments");
        }
        await using WatchReader open = await WatchReader.OpenAsync(host, "/v1/znodes/a?view=watch");
        (await host.GetAsync("/v1/znodes/b?view=watch")).Problem(503, "REQUEST_TIMED_OUT");
        host.Cluster.Create("t");
        (await host.GetAsync("/v1/topics/t/records:stream")).Problem(503, "REQUEST_TIMED_OUT");
    }

    private static async Task<List<string>> NextAsync(WatchReader stream, int count)
    {
        var events = new List<string>();
        while (events.Count < count)
        {
            events.Add(await stream.NextAsync() ?? throw new EndOfStreamException());
        }
        return events;
    }
}
