using System.Diagnostics;
using System.Net;
using System.Text;
using Npgsql;
using StreamCoord.Grains.Storage;
using StreamCoord.Testing;
using StreamCoord.Testing.Databases;
using StreamCoord.Testing.Processes;

namespace StreamCoord.Cluster.Tests.Running;

/// <summary>Three silos over a PostgreSQL database of their own. Owns their processes and directories; safe for concurrent use.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    public const int NodeCount = 3;
    public static readonly TimeSpan WholeLimit = TimeSpan.FromSeconds(60);

    /// <summary>The identity of <c>__znodes</c> in every cluster.</summary>
    public const string TreeTopicId = "5a6e6f64657340008000000000000001";

    private const string ScriptFolder = "db/postgresql/";

    /// <summary>Clients that hear nothing for so long try elsewhere.</summary>
    private static readonly TimeSpan RequestLimit = TimeSpan.FromSeconds(3);

    private readonly TemporaryDirectory _directory = new();
    private readonly string[] _options;
    private volatile ClusterNode[] _nodes;
    private readonly NpgsqlDataSource _reads;
    private string? _clusterId;

    private TestCluster(PostgreSqlServer server, string database, ClusterNetwork? network, string[] options)
    {
        (Server, Database, Network, _options) = (server, database, network, options);
        // Watches read many times a second, and a connection costs the server a process.
        _reads = NpgsqlDataSource.Create(PostgreSqlServer.Pooled(database));
        _nodes = [.. Enumerable.Range(1, NodeCount).Select(CreateNode)];
    }

    public PostgreSqlServer Server { get; }

    /// <summary>What joins silos that have a network namespace each, clients and the database; null where all are on the loopback address.</summary>
    public ClusterNetwork? Network { get; }

    /// <summary>Those that are to serve.</summary>
    public IReadOnlyList<ClusterNode> Nodes => _nodes;

    public string Database { get; }

    /// <summary>Starts the three silos at once on a fresh database and waits until they serve.</summary>
    public static Task<TestCluster> StartAsync(PostgreSqlServer server, params string[] options) => StartAsync(server, null, null, options);

    /// <summary>The same with another build of the silo.</summary>
    public static Task<TestCluster> StartBuildAsync(PostgreSqlServer server, string build) => StartAsync(server, null, build, []);

    /// <summary>Makes a database for a cluster.</summary>
    public static Task<string> CreateDatabaseAsync(PostgreSqlServer server) => server.CreateDatabaseAsync(
        typeof(Database).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(ScriptFolder, StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(ReadScript));

    /// <summary>The same with a network between the silos that can be cut, where this process may make one.</summary>
    public static async Task<TestCluster> StartWithNetworkAsync(PostgreSqlServer server, params string[] options)
    {
        ClusterNetwork? network = await ClusterNetwork.TryCreateAsync();
        if (network is not null)
        {
            await Task.WhenAll(Enumerable.Range(1, NodeCount).Select(network.AddAsync));
            await server.ListenAtAsync(network.AddressOf(ClusterNetwork.Database));
        }
        return await StartAsync(server, network, null, options);
    }

    public ClusterNode Node(int number) => Nodes.Single(node => node.Number == number);

    public void StartAll()
    {
        foreach (ClusterNode node in Nodes)
        {
            node.Start();
        }
    }

    /// <summary>Starts one more.</summary>
    public ClusterNode Add(int number)
    {
        ClusterNode node = CreateNode(number);
        node.Start();
        _nodes = [.. _nodes, node];
        return node;
    }

    /// <summary>Ends one that is not to come back.</summary>
    public async Task RemoveAsync(ClusterNode node)
    {
        _nodes = [.. _nodes.Where(other => other != node)];
        await node.TerminateAsync();
        await node.DisposeAsync();
    }

    public Task KillAllAsync() => Task.WhenAll(Nodes.Select(node => node.KillAsync()));

    /// <summary>Waits until every silo is ready, and every partition has a leader and all its copies in sync.</summary>
    public async Task AwaitWholeAsync(TimeSpan? limit = null)
    {
        var since = Stopwatch.StartNew();
        while (await FindWhatIsMissingAsync() is { } missing)
        {
            Assert.True(since.Elapsed < (limit ?? WholeLimit), $"After {since.Elapsed} the cluster is not whole: {missing}");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Sends a request to one silo. Null when it does not serve, or nothing came back in time: then nobody knows whether it was carried out.</summary>
    public static async Task<HttpAnswer?> SendAsync(ClusterNode node, HttpMethod method, string target, string? body = null, string? ifMatch = null, string? password = null)
    {
        if (node.Http is not { } http)
        {
            return null;
        }
        using var request = new HttpRequestMessage(method, target);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = new("application/json");
        }
        if (ifMatch is not null)
        {
            request.Headers.Add("If-Match", $"\"{ifMatch}\"");
        }
        if (password is not null)
        {
            request.Headers.Add("X-Session-Password", password);
        }
        using var limit = new CancellationTokenSource(RequestLimit);
        try
        {
            using HttpResponseMessage response = await http.SendAsync(request, limit.Token);
            return new HttpAnswer(response.StatusCode, await response.Content.ReadAsStringAsync(limit.Token));
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException or ObjectDisposedException or InvalidOperationException or IOException)
        {
            return null;
        }
    }

    /// <summary>Sends a request to any silo until one answers it with one of the codes; for what may be done twice.</summary>
    public async Task<HttpAnswer> SendUntilAsync(HttpMethod method, string target, string? body, params HttpStatusCode[] accepted)
    {
        var since = Stopwatch.StartNew();
        for (int i = 0; ; i++)
        {
            HttpAnswer? answer = await SendAsync(Nodes[i % NodeCount], method, target, body);
            if (answer is not null && accepted.Contains(answer.Status))
            {
                return answer;
            }
            Assert.True(since.Elapsed < WholeLimit, $"After {since.Elapsed} {method} {target} is answered with {answer}");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>The path of the cluster in v3.</summary>
    public async Task<string> FindClusterPathAsync()
    {
        if (_clusterId is null)
        {
            HttpAnswer answer = await SendUntilAsync(HttpMethod.Get, "/v3/clusters", null, HttpStatusCode.OK);
            _clusterId = answer.Json.GetProperty("data")[0].GetProperty("cluster_id").GetString();
        }
        return $"/v3/clusters/{_clusterId}";
    }

    /// <summary>Makes a topic with three copies of each partition, and waits until all are in sync. Returns its id.</summary>
    public async Task<string> CreateTopicAsync(string name, int partitions, params (string Name, string Value)[] configs)
    {
        HashSet<string> before = [.. (await ReadRowsAsync()).Select(row => row.TopicId)];
        IEnumerable<string> all = configs.Append(("min.insync.replicas", "2")).Select(config => $$"""{"name":"{{config.Item1}}","value":"{{config.Item2}}"}""");
        string body = $$"""{"topic_name":"{{name}}","partitions_count":{{partitions}},"replication_factor":{{NodeCount}},"configs":[{{string.Join(',', all)}}]}""";
        // The first request may have made it although nobody heard so: then the next one is told that it is there.
        HttpAnswer made = await SendUntilAsync(HttpMethod.Post, $"{await FindClusterPathAsync()}/topics", body, HttpStatusCode.Created, HttpStatusCode.BadRequest);
        Assert.True(made.Status == HttpStatusCode.Created || made.Body.Contains("exists already", StringComparison.Ordinal), made.Body);
        await AwaitWholeAsync();
        return (await ReadRowsAsync()).Select(row => row.TopicId).Distinct().Single(topic => !before.Contains(topic));
    }

    public async Task<IReadOnlyList<PartitionRow>> ReadRowsAsync()
    {
        try
        {
            return await ReadOnceAsync();
        }
        catch (NpgsqlException)
        {
            // The database was stopped meanwhile: connections of before are of no use.
            _reads.Clear();
            return await ReadOnceAsync();
        }
    }

    private async Task<IReadOnlyList<PartitionRow>> ReadOnceAsync()
    {
        await using NpgsqlCommand command = _reads.CreateCommand("SELECT topic_id, partition, replicas, leader_epoch, leader_node, in_sync_set, version FROM partition_leadership");
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
        List<PartitionRow> rows = [];
        while (await reader.ReadAsync())
        {
            rows.Add(new(reader.GetString(0), reader.GetInt32(1), reader.GetString(2), reader.GetInt32(3), reader.GetInt32(4), reader.GetString(5), reader.GetInt64(6)));
        }
        return rows;
    }

    public async Task<ClusterNode> FindLeaderAsync(string topicId, int partition) =>
        Node((await ReadRowsAsync()).Single(row => row.TopicId == topicId && row.Partition == partition).Leader);

    /// <summary>What the silos have said of something, in the order of their clocks.</summary>
    public string FindLines(string what) => string.Join('\n', Nodes
        .SelectMany(node => node.Log.Split('\n').Where(line => line.Contains(what, StringComparison.Ordinal)).Select(line => FormattableString.Invariant($"{line} (node {node.Number})")))
        .Order(StringComparer.Ordinal));

    /// <summary>Prints what the silos have said; for a test that fails.</summary>
    public void PrintLogs()
    {
        string directory = Path.Combine(Path.GetTempPath(), "streamcoord-cluster-logs", FormattableString.Invariant($"{TimeProvider.System.GetUtcNow():yyyyMMdd-HHmmss}"));
        Directory.CreateDirectory(directory);
        foreach (ClusterNode node in Nodes)
        {
            File.WriteAllText(Path.Combine(directory, $"node{node.Number}.log"), node.Log);
        }
        string[] lines = [.. Nodes.SelectMany(node => node.Log.Split('\n').TakeLast(40))];
        TestContext.Current.TestOutputHelper?.WriteLine($"The silos' logs are in {directory}; their ends:\n{string.Join('\n', lines)}");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ClusterNode node in Nodes)
        {
            await node.DisposeAsync();
        }
        await _reads.DisposeAsync();
        _directory.Dispose();
        if (Network is not null)
        {
            await Server.ListenAtAsync("");
            await Network.DisposeAsync();
        }
    }

    private static async Task<TestCluster> StartAsync(PostgreSqlServer server, ClusterNetwork? network, string? build, string[] options)
    {
        var cluster = new TestCluster(server, await CreateDatabaseAsync(server), network, options);
        foreach (ClusterNode node in cluster.Nodes)
        {
            node.Build = build;
        }
        try
        {
            cluster.StartAll();
            await cluster.AwaitWholeAsync();
            return cluster;
        }
        catch
        {
            cluster.PrintLogs();
            await cluster.DisposeAsync();
            throw;
        }
    }

    private ClusterNode CreateNode(int number) => new(number, _directory.Combine($"data{number}"), Network?.PlaceOf(number) ?? SiloPlace.Loopback,
    [
        $"--StreamCoord:NodeId={number}", $"--StreamCoord:Cluster:ConnectionString={FindDatabase()}", "--StreamCoord:ZNodes:TopicReadable=true",
        "--Logging:LogLevel:StreamCoord.Grains.Replicas.PartitionReplica=Debug", .. _options,
    ]);

    // Tests reach it by its socket, which no cut of the network touches.
    private string FindDatabase() => PostgreSqlServer.Pooled(Network is null ? Database : new NpgsqlConnectionStringBuilder(Database) { Host = Network.AddressOf(ClusterNetwork.Database) }.ToString());

    private async Task<string?> FindWhatIsMissingAsync()
    {
        foreach (ClusterNode node in Nodes)
        {
            if (await SendAsync(node, HttpMethod.Get, "/health/ready") is not { Status: HttpStatusCode.OK })
            {
                return $"node {node.Number} is not ready.";
            }
        }
        IReadOnlyList<PartitionRow> rows = await ReadRowsAsync();
        return rows.FirstOrDefault(row => row.TopicId == TreeTopicId && row.ReplicaCount < Nodes.Count) is { } small ? $"{small}"
            : rows.FirstOrDefault(row => row.InSyncCount < Math.Min(row.ReplicaCount, NodeCount) || row.Leader < 0 && row.TopicId == TreeTopicId) is { } lacking ? $"{lacking}"
            : null;
    }

    private static string ReadScript(string name)
    {
        using var reader = new StreamReader(typeof(Database).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
