using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using StreamCoord.Cluster.Tests.Running;

namespace StreamCoord.Cluster.Tests.Load;

/// <summary>Sessions that come and go with an ephemeral znode each: some are closed, some fall silent, and one gives signs of life throughout, each time through any silo.</summary>
internal sealed class Sessions(TestCluster cluster, string prefix, int seed)
{
    private const int TimeoutMs = 4_000;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(30);

    private readonly ConcurrentQueue<Session> _ended = new();
    private readonly Random _random = new(seed);
    private Session? _kept;

    public async Task RunAsync(CancellationToken stop)
    {
        for (int i = 0; !stop.IsCancellationRequested; i++)
        {
            if (_kept is null || !await TryKeepAsync(_kept))
            {
                _kept = await TryOpenAsync($"/{prefix}-kept{i}");
            }
            if (await TryOpenAsync($"/{prefix}-{i}") is { } session)
            {
                // What is not closed here falls silent.
                _ = _random.Next(2) == 0 ? await TestCluster.SendAsync(AnyNode(), HttpMethod.Delete, $"/v1/sessions/{session.Id}", password: session.Password) : null;
                _ended.Enqueue(session);
            }
            await Task.Delay(Pause, CancellationToken.None);
        }
    }

    /// <summary>Holds the tree against what has become of the sessions. The cluster is whole.</summary>
    public async Task CheckAsync()
    {
        bool isKept = _kept is { } kept && await TestCluster.SendAsync(AnyNode(), HttpMethod.Put, $"/v1/sessions/{kept.Id}", password: kept.Password) is { Status: HttpStatusCode.OK };
        foreach (ClusterNode node in cluster.Nodes)
        {
            Assert.True(!isKept || await ExistsAsync(node, _kept!.Path), $"Node {node.Number} does not show {_kept?.Path} of session {_kept?.Id}, which lives.");
        }
        foreach (Session session in _ended)
        {
            await AwaitGoneAsync(session);
        }
    }

    public string Describe() => FormattableString.Invariant($"{prefix}: {_ended.Count} sessions ended, {_kept?.Id} kept");

    private async Task AwaitGoneAsync(Session session)
    {
        using var limit = new CancellationTokenSource(EndLimit);
        foreach (ClusterNode node in cluster.Nodes)
        {
            while (await ExistsAsync(node, session.Path))
            {
                Assert.False(limit.IsCancellationRequested, $"Node {node.Number} still shows {session.Path} of session {session.Id}, which has ended or fallen silent {EndLimit} ago.");
                if (_kept is not null)
                {
                    await TryKeepAsync(_kept);
                }
                await Task.Delay(Pause, CancellationToken.None);
            }
        }
    }

    private static async Task<bool> ExistsAsync(ClusterNode node, string path)
    {
        HttpAnswer? answer = await TestCluster.SendAsync(node, HttpMethod.Get, $"/v1/znodes{path}?view=stat&sync=true");
        Assert.True(answer is { Status: HttpStatusCode.OK or HttpStatusCode.NotFound }, $"Node {node.Number} answers a read of {path} with {answer} although the cluster is whole.");
        return answer.Status == HttpStatusCode.OK;
    }

    // True unless the session is known to have ended: no answer says nothing.
    private async Task<bool> TryKeepAsync(Session session) =>
        await TestCluster.SendAsync(AnyNode(), HttpMethod.Put, $"/v1/sessions/{session.Id}", password: session.Password) is not { Status: HttpStatusCode.NotFound or HttpStatusCode.Gone };

    private async Task<Session?> TryOpenAsync(string path)
    {
        if (await TestCluster.SendAsync(AnyNode(), HttpMethod.Post, "/v1/sessions", $$"""{"timeout_ms":{{TimeoutMs}}}""") is not { Status: HttpStatusCode.Created } opened)
        {
            return null;
        }
        JsonElement json = opened.Json;
        var session = new Session(json.GetProperty("id").GetString()!, json.GetProperty("password").GetString()!, path);
        HttpAnswer? made = await TestCluster.SendAsync(AnyNode(), HttpMethod.Post, $"/v1/znodes{path}?mode=ephemeral&session={session.Id}", "", password: session.Password);
        if (made is { Status: HttpStatusCode.Created })
        {
            return session;
        }
        _ended.Enqueue(session);
        return null;
    }

    private ClusterNode AnyNode()
    {
        lock (_random)
        {
            return cluster.Nodes[_random.Next(TestCluster.NodeCount)];
        }
    }

    private sealed record Session(string Id, string Password, string Path);
}
