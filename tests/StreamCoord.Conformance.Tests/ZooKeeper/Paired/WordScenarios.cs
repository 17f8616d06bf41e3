using StreamCoord.Conformance.Tests.ZooKeeper.Wire;

namespace StreamCoord.Conformance.Tests.ZooKeeper.Paired;

/// <summary>The texts of the four-letter words: the same lines in the same order, whatever their values.</summary>
[Collection(nameof(PairedCollection))]
public sealed class WordScenarios(ServicePair pair)
{
    /// <summary>Of the reference's <c>conf</c>: where its files are, which the silo tells nobody.</summary>
    private static readonly string[] Files = ["dataDir", "dataLogDir"];

    /// <summary>Of <c>mntr</c>: what dashboards are drawn from and the silo knows.</summary>
    private static readonly string[] Figures =
    [
        "zk_version", "zk_server_state", "zk_avg_latency", "zk_min_latency", "zk_max_latency", "zk_packets_received", "zk_packets_sent", "zk_num_alive_connections", "zk_outstanding_requests",
        "zk_znode_count", "zk_watch_count", "zk_ephemerals_count", "zk_approximate_data_size", "zk_open_file_descriptor_count", "zk_global_sessions", "zk_local_sessions", "zk_uptime",
        "zk_connection_rejected", "zk_connection_drop_probability", "zk_max_file_descriptor_count",
    ];

    [Theory]
    [InlineData("ruok")]
    [InlineData("isro")]
    [InlineData("srvr")]
    [InlineData("stat")]
    [InlineData("wchs")]
    [InlineData("dump")]
    [InlineData("dirs")]
    [InlineData("crst")]
    [InlineData("srst")]
    public Task AWord_HasTheSameLines(string word) => AskAsync(word, sorted: false);

    /// <summary>Connections and watches have no order.</summary>
    [Theory]
    [InlineData("cons")]
    [InlineData("wchc")]
    [InlineData("wchp")]
    public Task AWordThatListsASet_HasTheSameLines(string word) => AskAsync(word, sorted: true);

    [Fact]
    public async Task Configuration_HasTheSameNames()
    {
        (string[] reference, string[] ours) = await NamesAsync("conf");

        Assert.Equal(reference.Except(Files), ours);
    }

    [Fact]
    public async Task Environment_HasTheSameNames_ButForJavaAndTheUser()
    {
        (string[] reference, string[] ours) = await NamesAsync("envi");

        Assert.Equal(reference.Where(name => !name.StartsWith("java.", StringComparison.Ordinal) && !name.StartsWith("user.", StringComparison.Ordinal)), ours.Except(["dotnet.version"]));
    }

    [Fact]
    public async Task Figures_HaveTheReferencesNames()
    {
        (string[] reference, string[] ours) = await NamesAsync("mntr");

        Assert.Empty(ours.Except(reference));
        Assert.Equal(Figures, ours);
    }

    private Task AskAsync(string word, bool sorted) => pair.CompareAsync(async script =>
    {
        ScriptClient client = await script.ConnectAsync();
        await client.CallAsync(Request.Create(script.Path("a"), "", 1), Request.Exists(script.Path("a"), watch: true), Request.Exists(script.Path("b"), watch: true), Request.GetChildren2(script.Root, watch: true));
        int from = script.Count;
        foreach (string line in WordMask.Shapes(await FourLetterWord.AskAsync(script.Address, word), script.Root))
        {
            script.Say(word, line);
        }
        if (sorted)
        {
            script.SortFrom(from);
        }
    });

    private async Task<(string[] Reference, string[] Ours)> NamesAsync(string word)
    {
        (string reference, string ours) = await pair.AddressesAsync();
        return ([.. WordMask.Names(await FourLetterWord.AskAsync(reference, word))], [.. WordMask.Names(await FourLetterWord.AskAsync(ours, word))]);
    }
}
