using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using StreamCoord.Testing;
using StreamCoord.Testing.Processes;

namespace StreamCoord.Silo.Tests;

/// <summary>What a silo's process promises to whoever starts, watches and stops it.</summary>
public sealed class StartTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Data => _directory.Combine("data");

    private string EndpointsFile => Path.Combine(Data, "endpoints.json");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Start_Serves_AndSaysWhere()
    {
        await using SiloProcess silo = await SiloProcess.StartAsync(Data);

        Assert.Equal(HttpStatusCode.OK, (await silo.Http.GetAsync("/health/live", Cancelled)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await silo.Http.GetAsync("/health/ready", Cancelled)).StatusCode);
        Dictionary<string, string> endpoints = await ReadEndpointsAsync();
        Assert.Equal(["gateway", "http", "kafka", "silo", "zookeeper"], endpoints.Keys.Order());
        foreach (string endpoint in endpoints.Values)
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPEndPoint.Parse(endpoint), Cancelled);
        }
    }

    [Fact]
    public async Task Metrics_AreThoseOfTheRuntimeAndOfOrleans()
    {
        await using SiloProcess silo = await SiloProcess.StartAsync(Data);

        string metrics = await silo.Http.GetStringAsync("/metrics", Cancelled);

        Assert.Contains("dotnet_gc_", metrics, StringComparison.Ordinal);
        Assert.Contains("orleans_", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_StandOnThePageForOperators_ByTheNamesThatPrometheusSees()
    {
        await using SiloProcess silo = await SiloProcess.StartAsync(Data);

        string metrics = await silo.Http.GetStringAsync("/metrics", Cancelled);

        string[] names = [.. metrics.Split('\n').Where(line => line.StartsWith("# TYPE streamcoord_", StringComparison.Ordinal)).Select(line => line.Split(' ')[2])];
        string page = await File.ReadAllTextAsync(RepositoryFiles.PathOf("docs/operating/README.md"), Cancelled);
        Assert.All(names, name => Assert.Contains($"`{name}`", page, StringComparison.Ordinal));
        // What alerts watch for a rise is there before it has happened once.
        Assert.All(
            (string[])["log_disk_failures", "log_damaged_ranges", "replication_leader_changes", "replication_isr_shrinks"],
            name => Assert.Contains($"\nstreamcoord_{name}_total{{", metrics, StringComparison.Ordinal));
        Assert.Contains("streamcoord_log_append_duration_seconds", names);
        Assert.Contains("streamcoord_znodes_apply_lag", names);
    }

    [Fact]
    public async Task Stop_BySigTerm_ExitsWithZeroAndTakesTheEndpointsBack()
    {
        await using SiloProcess silo = await SiloProcess.StartAsync(Data);

        Assert.Equal(0, await silo.StopAsync());

        Assert.False(File.Exists(EndpointsFile));
        Assert.DoesNotContain("   at ", silo.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_AfterAKill_KeepsTheIdentityAndReplacesTheEndpoints()
    {
        await using (SiloProcess killed = await SiloProcess.StartAsync(Data))
        {
            await killed.KillAsync();
        }
        string identity = await File.ReadAllTextAsync(Path.Combine(Data, "identity.json"), Cancelled);
        Dictionary<string, string> before = await ReadEndpointsAsync();

        await using SiloProcess silo = await SiloProcess.StartAsync(Data);

        Assert.Equal(identity, await File.ReadAllTextAsync(Path.Combine(Data, "identity.json"), Cancelled));
        Assert.NotEqual(before["http"], (await ReadEndpointsAsync())["http"]);
    }

    [Fact]
    public async Task Start_OnADirectoryInUse_IsRefusedAndSaysByWhom()
    {
        await using SiloProcess holder = await SiloProcess.StartAsync(Data);

        await AssertRefusedAsync([Data, $"process {holder.Id}", "started"]);

        Assert.Equal(HttpStatusCode.OK, (await holder.Http.GetAsync("/health/ready", Cancelled)).StatusCode);
        Assert.True(File.Exists(EndpointsFile));
    }

    [Fact]
    public async Task Start_OnAnotherNodesDirectory_IsRefused()
    {
        await StartAndStopAsync();

        await AssertRefusedAsync(["node 1", "StreamCoord:NodeId is 2"], "--StreamCoord:NodeId=2");
    }

    [Fact]
    public async Task Start_OnAnotherClustersDirectory_IsRefused()
    {
        await StartAndStopAsync("--StreamCoord:Cluster:ClusterId=AAAAAAAAAAAAAAAAAAAAAA");

        await AssertRefusedAsync(
            ["AAAAAAAAAAAAAAAAAAAAAA", "StreamCoord:Cluster:ClusterId is BAAAAAAAAAAAAAAAAAAAAA"], "--StreamCoord:Cluster:ClusterId=BAAAAAAAAAAAAAAAAAAAAA");
    }

    [Fact]
    public async Task Start_OnADirectoryOfOtherFiles_IsRefusedAndLeavesThemAlone()
    {
        Directory.CreateDirectory(Data);
        await File.WriteAllTextAsync(Path.Combine(Data, "thesis.txt"), "precious", Cancelled);

        await AssertRefusedAsync(["thesis.txt", "StreamCoord:DataDirectory"]);

        Assert.Equal(["lock", "lock-holder", "thesis.txt"], Directory.GetFiles(Data).Select(Path.GetFileName).Order());
    }

    [Theory]
    [InlineData("format-version", "2\n", "format version 2")]
    [InlineData("format-version", "", "damaged")]
    [InlineData("identity.json", "{}", "damaged")]
    [InlineData("identity.json", "null", "damaged")]
    [InlineData("identity.json", "{\"cluster_id\":", "damaged")]
    [InlineData("streamcoord.db", "this is no database, whatever its name may say", "streamcoord.db")]
    public async Task Start_OnAFileItCannotRead_IsRefused(string file, string content, string expected)
    {
        await StartAndStopAsync();
        await File.WriteAllTextAsync(Path.Combine(Data, file), content, Cancelled);

        await AssertRefusedAsync([expected, Data]);
    }

    [Fact]
    public async Task Start_WhereTheDirectoryCannotBe_IsRefused()
    {
        await File.WriteAllTextAsync(Data, "a file", Cancelled);

        await AssertRefusedAsync([Data, "StreamCoord:DataDirectory"]);
    }

    [Theory]
    [InlineData("Http:Endpoint")]
    [InlineData("Orleans:SiloEndpoint")]
    [InlineData("Orleans:GatewayEndpoint")]
    public async Task Start_OnAPortInUse_IsRefusedByItsKey(string key)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();

        await AssertRefusedAsync([$"StreamCoord:{key}", $"{listener.LocalEndpoint}", "in use"], $"--StreamCoord:{key}={listener.LocalEndpoint}");
    }

    [Theory]
    [InlineData("--StreamCoord:Topics:DefaultPartitions=0", "StreamCoord:Topics:DefaultPartitions", "1 to 100000")]
    [InlineData("--StreamCoord:Log:AppendThreads=0", "StreamCoord:Log:AppendThreads", "1 to 256")]
    [InlineData("--StreamCoord:Http:StreamsMax=0", "StreamCoord:Http:StreamsMax", "1 to 1000000")]
    [InlineData("--StreamCoord:Http:Endpont=127.0.0.1:0", "StreamCoord:Http:Endpont", "StreamCoord:Http:Endpoint")]
    [InlineData("--NodeId=1", "--NodeId=1", "--StreamCoord:NodeId=1")]
    [InlineData("--StreamCoord:Cluster:ConnectionString=Host=/nowhere;Timeout=1", "PostgreSQL", "nowhere")]
    public async Task Start_WithAWrongOption_IsRefusedInOneLine(string option, string named, string accepted) =>
        await AssertRefusedAsync([named, accepted], option);

    private async Task StartAndStopAsync(params string[] options)
    {
        await using SiloProcess silo = await SiloProcess.StartAsync(Data, options);
        Assert.Equal(0, await silo.StopAsync());
    }

    private async Task AssertRefusedAsync(string[] expected, params string[] options)
    {
        (int exitCode, string output) = await SiloProcess.RunToExitAsync(Data, options);

        Assert.Equal(1, exitCode);
        string line = Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.All(expected, part => Assert.Contains(part, line, StringComparison.Ordinal));
    }

    private async Task<Dictionary<string, string>> ReadEndpointsAsync() =>
        JsonSerializer.Deserialize<Dictionary<string, string>>(await File.ReadAllTextAsync(EndpointsFile, Cancelled))!;
}
