using StreamCoord.Conformance.Tests.ZooKeeper.Paired;

namespace StreamCoord.Conformance.Tests.ZooKeeper.Clients;

/// <summary>zkCli.sh, unchanged: every command that it has writes at a silo what it writes at a real server.</summary>
public sealed class ZooKeeperCliTests(ServicePair pair)
{
    private const string Config = "config";

    /// <summary>One after the other in one client: starting it takes longer than all of them.</summary>
    private static readonly string[] Commands =
    [
        "help", "version", "create /cli", "create /cli", "create /cli/missing/x", "create /cli/a data", "create -e /cli/e", "create -s /cli/s- x", "create -s -e /cli/s- y", "create -c /cli/c", "create -t 1000000 /cli/t",
        "create -s -t 1000000 /cli/t- z", "create /cli/acl data world:anyone:r", "create /cli/e/x", "create no-slash", "ls /cli", "ls -s /cli", "ls -R /cli", "ls -w /cli", "ls /missing", "create /cli/b", "get /cli/a",
        "get -s /cli/a", "get -w /cli/a", "set /cli/a new", "set -s /cli/a newer", "set -v 0 /cli/a x", "set /missing x", "stat /cli/a", "stat -w /cli/a", "delete -v 7 /cli/a", "delete /cli/a", "delete /cli", "delete /missing",
        "getAcl /cli/acl", "getAcl -s /cli", "setAcl /cli/b world:anyone:cr", "setAcl -s /cli/b world:anyone:crwda", "setAcl -v 9 /cli/b world:anyone:cr", "setAcl -R /cli world:anyone:cdrwa", "setAcl /cli/b auth::r",
        "addauth digest ann:secret", "whoami", "setAcl /cli/b auth:ann:secret:cdrwa", "getAcl /cli/b", "setquota -n 100 /cli", "listquota /cli", "setquota -b 1000 /cli", "setquota -N 200 /cli", "setquota -B 5000 /cli",
        "listquota /cli", "setquota -n 5 /cli/b", "delquota -n /cli", "listquota /cli", "delquota /cli", "listquota /cli", "addWatch -m PERSISTENT /cli/b", "addWatch /cli/c", "set /cli/b 1", "set /cli/b 2", "create /cli/c/d",
        "removewatches /cli/b", "removewatches /cli/c", "removewatches /cli/none", "printwatches", "printwatches off", "printwatches on", "sync /cli", Config, "config -s -c", "reconfig -remove 1", "getAllChildrenNumber /cli",
        "getEphemerals", "getEphemerals /cli", "redo 3", "history", "nonsense", "deleteall /cli", "ls /cli",
    ];

    [Fact]
    public async Task EveryCommand_SaysTheSame()
    {
        (string reference, string ours) = await pair.AddressesAsync();
        await using var real = new ZooKeeperCli(reference);
        await using var silo = new ZooKeeperCli(ours);
        await Task.WhenAll(real.BeginAsync(), silo.BeginAsync());
        var differences = new List<string>();

        foreach (string command in Commands)
        {
            string[][] said = await Task.WhenAll(real.RunAsync(command), silo.RunAsync(command));
            if (command.StartsWith(Config, StringComparison.Ordinal))
            {
                // A server without an ensemble has nothing to tell; a silo tells where clients reach it.
                Assert.Contains(said[1], line => line.Contains(ours, StringComparison.Ordinal));
            }
            else if (!InOrder(command, said[0]).SequenceEqual(InOrder(command, said[1])))
            {
                differences.Add($"{command}\n  ZooKeeper:\n    {string.Join("\n    ", said[0])}\n  silo:\n    {string.Join("\n    ", said[1])}");
            }
        }
        await Task.WhenAll(real.RunUntilEventAsync("close"), silo.RunUntilEventAsync("close"));

        Assert.Empty(differences);
        Assert.Equal(real.Events, silo.Events);
        Assert.Contains(real.Events, line => line.Contains("NodeDataChanged", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AClient_ConnectsAndQuits()
    {
        (string reference, string ours) = await pair.AddressesAsync();
        await using var cli = new ZooKeeperCli(reference);
        await cli.BeginAsync();

        await cli.RunUntilEventAsync("close");
        await cli.RunUntilEventAsync($"connect {ours}");
        Assert.Contains("Created /cli-connected", await cli.RunAsync("create -e /cli-connected"));
        Assert.Equal(0, await cli.QuitAsync());
    }

    /// <summary>What comes out of a set has no order.</summary>
    private static IEnumerable<string> InOrder(string command, string[] lines) => command switch
    {
        "whoami" => lines.Order(StringComparer.Ordinal),
        ['g', 'e', 't', 'E', ..] => lines.SelectMany(line => line.Trim('[', ']').Split(", ")).Order(StringComparer.Ordinal),
        _ => lines,
    };
}
