using System.Text.Json;
using StreamCoord.Gateway.ZooKeeper.Tests.Client;
using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Tests;

/// <summary>The commands of the AdminServer over HTTP, by the names that ZooKeeper 3.8.0 answered with.</summary>
public sealed class CommandTests(SiloFixture fixture)
{
    private const string ServerStats =
        "packets_sent packets_received provider_null data_dir_size log_dir_size server_state last_processed_zxid outstanding_requests avg_latency max_latency min_latency num_alive_client_connections uptime";

    [Theory]
    [InlineData("configuration,conf,config", "client_port tick_time max_client_cnxns min_session_timeout max_session_timeout server_id client_port_listen_backlog")]
    [InlineData("connections,cons", "connections secure_connections")]
    [InlineData("dirs", "datadir_size logdir_size")]
    [InlineData("dump", "expiry_time_to_session_ids session_id_to_ephemeral_paths")]
    [InlineData("environment,env,envi", "zookeeper.version host.name dotnet.version os.name os.arch os.version os.memory.free os.memory.max os.memory.total")]
    [InlineData("is_read_only,isro", "read_only")]
    [InlineData("monitor,mntr",
        "version server_state avg_latency min_latency max_latency packets_received packets_sent num_alive_connections outstanding_requests znode_count watch_count ephemerals_count "
        + "approximate_data_size open_file_descriptor_count global_sessions local_sessions uptime connection_rejected connection_drop_probability max_file_descriptor_count")]
    [InlineData("observer_connection_stat_reset,orst", "")]
    [InlineData("observers,obsr", "synced_observers observers")]
    [InlineData("ruok", "")]
    [InlineData("server_stats,srvr", "version read_only server_stats node_count")]
    [InlineData("stats,stat", "version read_only server_stats node_count connections secure_connections")]
    [InlineData("voting_view", "current_config")]
    [InlineData("watch_summary,wchs", "num_connections num_paths num_total_watches")]
    [InlineData("watches,wchc", "session_id_to_watched_paths")]
    [InlineData("watches_by_path,wchp", "path_to_session_ids")]
    [InlineData("zabstate", "voting zabstate")]
    public async Task ACommand_HasTheMembersThatMonitoringReads(string names, string members)
    {
        foreach (string name in names.Split(','))
        {
            JsonElement answer = await AskAsync(name, 200);

            Assert.Equal([.. members.Split(' ', StringSplitOptions.RemoveEmptyEntries), "command", "error"], answer.EnumerateObject().Select(member => member.Name));
            Assert.Equal((names.Split(',')[0], JsonValueKind.Null), (answer.GetProperty("command").GetString(), answer.GetProperty("error").ValueKind));
        }
    }

    [Theory]
    [InlineData("server_stats")]
    [InlineData("stats")]
    public async Task TheServersNumbers_StandInAnObjectOfTheirOwn(string name)
    {
        JsonElement answer = await AskAsync(name, 200);

        Assert.Equal(ServerStats.Split(' '), answer.GetProperty("server_stats").EnumerateObject().Select(member => member.Name));
    }

    [Fact]
    public async Task EverythingTellsOfTheSameSession()
    {
        await using ZooKeeperClient client = await fixture.DialAsync();
        ConnectResponse session = await client.ConnectAsync(SiloFixture.SessionTimeoutMsMax);
        string path = fixture.NewPath(), missing = fixture.NewPath();
        await client.CreateAsync(path, CreateMode.Ephemeral);
        await client.ExistsAsync(path, watch: true);
        await client.ExistsAsync(missing, watch: true);
        string id = $"{session.Session.Value}";

        JsonElement dump = await AskAsync("dump", 200);
        Assert.Contains(path, dump.GetProperty("session_id_to_ephemeral_paths").GetProperty(id).EnumerateArray().Select(one => one.GetString()));
        Assert.Single(dump.GetProperty("expiry_time_to_session_ids").EnumerateObject(), time => Has(time.Value, session.Session));
        JsonElement watches = (await AskAsync("watches", 200)).GetProperty("session_id_to_watched_paths");
        Assert.Equal([.. new[] { path, missing }.Order()], watches.GetProperty(id).EnumerateArray().Select(one => one.GetString()!).Order());
        Assert.True(Has((await AskAsync("watches_by_path", 200)).GetProperty("path_to_session_ids").GetProperty(missing), session.Session));
        JsonElement connection = Assert.Single(
            (await AskAsync("connections", 200)).GetProperty("connections").EnumerateArray(), one => one.GetProperty("session_id").GetInt64() == session.Session.Value);
        Assert.Equal(("EXIS", SiloFixture.SessionTimeoutMsMax), (connection.GetProperty("last_operation").GetString(), connection.GetProperty("session_timeout").GetInt32()));
    }

    [Theory]
    [InlineData("leader", 501)]
    [InlineData("hash", 501)]
    [InlineData("nosuch", 404)]
    public async Task ACommandWithoutAnAnswer_SaysWhy(string name, int status)
    {
        JsonElement answer = await AskAsync(name, status);

        Assert.Equal(["command", "error"], answer.EnumerateObject().Select(member => member.Name));
        Assert.NotEqual("", answer.GetProperty("error").GetString());
    }

    private static bool Has(JsonElement sessions, SessionId session) => sessions.EnumerateArray().Any(one => one.GetInt64() == session.Value);

    private async Task<JsonElement> AskAsync(string name, int status)
    {
        using HttpResponseMessage response = await fixture.Silo.Http.GetAsync($"/commands/{name}", TestContext.Current.CancellationToken);
        Assert.Equal(status, (int)response.StatusCode);
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
    }
}
