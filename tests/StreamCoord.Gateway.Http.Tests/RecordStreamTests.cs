using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using StreamCoord.Gateway.Http.Tests.Fakes;
using StreamCoord.Partitions;

namespace StreamCoord.Gateway.Http.Tests;

public sealed class RecordStreamTests
{
    [Fact]
    public async Task Records_are_unnamed_events_with_the_position_behind_them_as_id()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Cluster.Create("t");
        FakePartition partition = host.Cluster.Partition("t", 0);
        partition.Add("a", "b");
        await using EventReader events = await EventReader.OpenAsync(host, "/v1/topics/t/records:stream?from=earliest");

        Assert.Equal(("0=1", "a"), await events.NextAsync());
        Assert.Equal(("0=2", "b"), await events.NextAsync());
        partition.Add("c");
        Assert.Equal(("0=3", "c"), await events.NextAsync());
    }

    [Fact]
    public async Task A_stream_from_latest_shows_only_what_comes()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Cluster.Create("t");
        host.Cluster.Partition("t", 0).Add("old");
        await using EventReader events = await EventReader.OpenAsync(host, "/v1/topics/t/records:stream");
        host.Cluster.Partition("t", 0).Add("new");
        Assert.Equal(("0=2", "new"), await events.NextAsync());
    }

    [Fact]
    public async Task A_stream_goes_on_behind_any_of_its_events_without_loss_or_repetition()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Cluster.Create("t", 3);
        string[] all = [.. Enumerable.Range(0, 30).Select(i => $"{i}")];
        for (int i = 0; i < all.Length; i += 5)
        {
            host.Cluster.Partition("t", i / 5 % 3).Add(all[i..(i + 5)]);
        }
        for (int cut = 1; cut < all.Length; cut += 4)
        {
            var seen = new List<string>();
            string id = "";
            await using (EventReader first = await EventReader.OpenAsync(host, "/v1/topics/t/records:stream?from=earliest"))
            {
                for (int i = 0; i < cut; i++)
                {
                    (id, string value) = await first.NextAsync();
                    seen.Add(value);
                }
            }
            await using EventReader second = await EventReader.OpenAsync(host, "/v1/topics/t/records:stream?from=latest", id);
            while (seen.Count < all.Length)
            {
                seen.Add((await second.NextAsync()).Value);
            }
            Assert.Equal(all.Order(), seen.Order());
        }
    }

    [Fact]
    public async Task Partitions_added_later_are_followed_from_their_start_and_a_quiet_stream_shows_signs_of_life()
    {
        var time = new FakeTimeProvider();
        await using GatewayHost host = await GatewayHost.StartAsync(time, ("StreamHeartbeatMs", "1000"));
        host.Cluster.Create("t");
        await using EventReader events = await EventReader.OpenAsync(host, "/v1/topics/t/records:stream");
        host.Cluster.Create("t", 2);
        host.Cluster.Partition("t", 1).Add("added");
        Task<(string, string)> next = events.NextAsync();
        while (!next.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(1000));
            await Task.Yield();
        }
        Assert.Equal(("0=0,1=1", "added"), await next);
        Assert.Contains(": heartbeat", events.Comments);
    }

    [Fact]
    public async Task Offsets_that_are_gone_are_passed_over_with_a_comment()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Cluster.Create("t");
        FakePartition partition = host.Cluster.Partition("t", 0);
        partition.Add("a", "b", "c", "d");
        partition.TrimTo(2);
        await using EventReader events = await EventReader.OpenAsync(host, "/v1/topics/t/records:stream", "0=0");
        Assert.Equal(("0=3", "c"), await events.NextAsync());
        Assert.Contains(events.Comments, comment => comment.Contains("Going on at offset 2", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Failures_that_pass_do_not_end_a_stream()
    {
        var time = new FakeTimeProvider();
        await using GatewayHost host = await GatewayHost.StartAsync(time);
        host.Cluster.Create("t");
        FakePartition partition = host.Cluster.Partition("t", 0);
        partition.Add("a");
        int failures = 0;
        partition.AnswerFetch = request => failures++ switch
        {
            0 => throw new TimeoutException(),
            1 => new FetchReply(ErrorCode.NotLeaderOrFollower, "Moved.", RecordData.Empty, Offset.None, Offset.None, Offset.None),
            _ => null,
        };
        await using EventReader events = await EventReader.OpenAsync(host, "/v1/topics/t/records:stream?from=earliest");
        Task<(string, string)> next = events.NextAsync();
        while (!next.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }
        Assert.Equal(("0=1", "a"), await next);
    }

    [Fact]
    public async Task A_stream_ends_when_its_topic_is_deleted()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Cluster.Create("t");
        FakePartition partition = host.Cluster.Partition("t", 0);
        partition.Add("a");
        await using EventReader events = await EventReader.OpenAsync(host, "/v1/topics/t/records:stream?from=earliest");
        await events.NextAsync();
        await host.Cluster.Topic("t").Delete();
        partition.Add("wakes the reader");
        await events.ReadToEndAsync();
        Assert.Contains(events.Comments, comment => comment.Contains("The stream ends", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stream_ends_cleanly_when_the_service_stops()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Cluster.Create("t");
        host.Cluster.Partition("t", 0).Add("a");
        await using EventReader events = await EventReader.OpenAsync(host, "/v1/topics/t/records:stream?from=earliest");
        await events.NextAsync();
        host.BeginStop();
        await events.ReadToEndAsync();
    }

    [Fact]
    public async Task What_a_stream_cannot_use_is_refused()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(null, ("StreamsMax", "1"));
        host.Cluster.Create("t");
        (await host.GetAsync("/v1/topics/t/records:stream?from=middle")).Problem(400, "INVALID_REQUEST");
        (await host.GetAsync("/v1/topics/none/records:stream")).Problem(404, "UNKNOWN_TOPIC_OR_PARTITION");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/topics/t/records:stream") { Headers = { { "Last-Event-ID", "zero" } } };
        using HttpResponseMessage response = await host.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(400, (int)response.StatusCode);

        await using EventReader open = await EventReader.OpenAsync(host, "/v1/topics/t/records:stream");
        (await host.GetAsync("/v1/topics/t/records:stream")).Problem(503, "REQUEST_TIMED_OUT");
    }

    /// <summary>Reads server-sent events.</summary>
    private sealed class EventReader : IAsyncDisposable
    {
        private readonly HttpResponseMessage _response;
        private readonly StreamReader _lines;

        private EventReader(HttpResponseMessage response, Stream stream)
        {
            _response = response;
            _lines = new StreamReader(stream);
        }

        public List<string> Comments { get; } = [];

        public static async Task<EventReader> OpenAsync(GatewayHost host, string path, string? lastEventId = null)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
            if (lastEventId is not null)
            {
                request.Headers.Add("Last-Event-ID", lastEventId);
            }
            HttpResponseMessage response = await host.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
            Assert.Equal((200, "text/event-stream"), ((int)response.StatusCode, response.Content.Headers.ContentType?.ToString()));
            return new EventReader(response, await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        }

        /// <summary>The next event's id and its record's value.</summary>
        public async Task<(string Id, string Value)> NextAsync()
        {
            string id = "";
            while (await _lines.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
            {
                if (line.StartsWith(':'))
                {
                    Comments.Add(line);
                }
                else if (line.StartsWith("id: ", StringComparison.Ordinal))
                {
                    id = line[4..];
                }
                else if (line.StartsWith("data: ", StringComparison.Ordinal))
                {
                    Assert.Equal("", await _lines.ReadLineAsync(TestContext.Current.CancellationToken));
                    return (id, JsonDocument.Parse(line[6..]).RootElement.GetProperty("value").GetString()!);
                }
            }
            throw new EndOfStreamException();
        }

        public async Task ReadToEndAsync()
        {
            while (await _lines.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
            {
                Comments.Add(line);
            }
        }

        public ValueTask DisposeAsync()
        {
            _lines.Dispose();
            _response.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
