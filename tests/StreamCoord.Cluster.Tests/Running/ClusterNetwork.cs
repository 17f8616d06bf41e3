using System.Net.NetworkInformation;
using StreamCoord.Testing.Processes;

namespace StreamCoord.Cluster.Tests.Running;

/// <summary>
/// A network namespace for each silo, and one more that routes between them, the clients and the database; both of these stay where the tests run, with an address of their own. What one of them sends to another can be
/// dropped without a word, each direction by itself. Needs root. Removes everything that it made; what a test run has left behind that was killed goes when the next one begins. Safe for concurrent use.
/// </summary>
internal sealed class ClusterNetwork : IAsyncDisposable
{
    /// <summary>The place of the database, beside those of the silos, which are their numbers.</summary>
    public const int Database = 253;

    /// <summary>The place of all clients.</summary>
    public const int Clients = 254;

    private const int Router = 200;
    private const int NetworksMax = 64 * 256;
    private const string NamePrefix = "streamcoord-";
    private const string NamespaceFolder = "/run/netns";

    /// <summary>A way that has been cut may not end the one back: the router must not ask whether it would find the sender.</summary>
    private static readonly string[] RouterSettings = ["net/ipv4/ip_forward=1", "net/ipv4/conf/all/rp_filter=0", "net/ipv4/conf/default/rp_filter=0"];

    private static int _made;

    private readonly string _name;
    private readonly string _prefix;
    private int _rules = 1_000;

    private ClusterNetwork(string name, string prefix) => (_name, _prefix) = (name, prefix);

    private string RouterName => $"{_name}-router";

    /// <summary>Makes a network without silos; null, and says so, where this process may not.</summary>
    public static async Task<ClusterNetwork?> TryCreateAsync()
    {
        await RemoveLeftoversAsync();
        int number = Interlocked.Increment(ref _made);
        var network = new ClusterNetwork(FormattableString.Invariant($"{NamePrefix}{Environment.ProcessId}-{number}"), FindFreePrefix(Environment.ProcessId * 7 + number));
        if (await network.TryMakeRouterAsync(FormattableString.Invariant($"sc{Environment.ProcessId}n{number}")) is { } problem)
        {
            await network.DisposeAsync();
            TestContext.Current.TestOutputHelper?.WriteLine($"NO NETWORK CUTS: this process may not make network namespaces, so the network stays whole. {problem}");
            return null;
        }
        return network;
    }

    public string AddressOf(int place) => FormattableString.Invariant($"{_prefix}.{place}");

    /// <summary>Where a silo runs.</summary>
    public SiloPlace PlaceOf(int node) => new(AddressOf(node), ["nsenter", $"--net={NamespaceFolder}/{NameOf(node)}", "--"]);

    /// <summary>Makes the namespace of a silo.</summary>
    public async Task AddAsync(int node)
    {
        await SystemTool.RunAsync("ip", "netns", "add", NameOf(node));
        await RunBatchAsync(NameOf(node),
        [
            "link set lo up", $"link add eth0 type veth peer name silo{node} netns {RouterName}", $"address add {AddressOf(node)}/32 dev eth0", "link set eth0 up", $"route add {AddressOf(Router)}/32 dev eth0",
            $"route add default via {AddressOf(Router)}",
        ]);
        await RunBatchAsync(RouterName, [$"link set silo{node} up", $"address add {AddressOf(Router)}/32 dev silo{node}", $"route add {AddressOf(node)}/32 dev silo{node}"]);
    }

    /// <summary>From now on nothing that is sent from the one place to the other of any of the pairs arrives. Returns what ends that.</summary>
    public async Task<Func<Task>> CutAsync(IReadOnlyCollection<(int From, int To)> ways)
    {
        int priority = Interlocked.Increment(ref _rules);
        string[] rules = [.. ways.Select(way => FormattableString.Invariant($"from {AddressOf(way.From)} to {AddressOf(way.To)} priority {priority} blackhole"))];
        await RunBatchAsync(RouterName, rules.Select(rule => $"rule add {rule}"));
        return () => RunBatchAsync(RouterName, rules.Select(rule => $"rule del {rule}"));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (string made in FindNamespaces(_name))
        {
            await RemoveAsync(made);
        }
    }

    private static Task RunBatchAsync(string inNamespace, IEnumerable<string> commands) => SystemTool.RunWithInputAsync(string.Join('\n', commands), "ip", "-netns", inNamespace, "-batch", "-");

    private string NameOf(int node) => FormattableString.Invariant($"{_name}-{node}");

    private async Task<string?> TryMakeRouterAsync(string device)
    {
        if (await SystemTool.TryRunAsync("ip", "netns", "add", RouterName) is { } problem)
        {
            return problem;
        }
        string settings = string.Join("; ", RouterSettings.Select(setting => $"echo {setting.Split('=')[1]} > /proc/sys/{setting.Split('=')[0]}"));
        return await SystemTool.TryRunAsync("ip", "netns", "exec", RouterName, "sh", "-e", "-c", settings) ?? await TryJoinAsync(device);
    }

    // The place where the tests run.
    private async Task<string?> TryJoinAsync(string device)
    {
        if (await SystemTool.TryRunAsync("ip", "link", "add", device, "type", "veth", "peer", "name", "tests", "netns", RouterName) is { } problem)
        {
            return problem;
        }
        await RunBatchAsync(RouterName,
        [
            "link set lo up", "link set tests up", $"address add {AddressOf(Router)}/32 dev tests", $"route add {AddressOf(Clients)}/32 dev tests", $"route add {AddressOf(Database)}/32 dev tests",
        ]);
        string[] here =
        [
            $"address add {AddressOf(Clients)}/32 dev {device}", $"address add {AddressOf(Database)}/32 dev {device}", $"link set {device} up", $"route add {AddressOf(Router)}/32 dev {device}",
            $"route add {AddressOf(0)}/24 via {AddressOf(Router)} src {AddressOf(Clients)}",
        ];
        await SystemTool.RunWithInputAsync(string.Join('\n', here), "ip", "-batch", "-");
        return null;
    }

    // The first one that no interface of this machine has, so that two test runs do not meet.
    private static string FindFreePrefix(int first)
    {
        HashSet<string> taken = [.. NetworkInterface.GetAllNetworkInterfaces().SelectMany(one => one.GetIPProperties().UnicastAddresses).Select(one => one.Address.ToString())];
        return Enumerable.Range(first, NetworksMax)
            .Select(i => FormattableString.Invariant($"10.{64 + i / 256 % 64}.{i % 256}"))
            .First(prefix => !taken.Any(address => address.StartsWith($"{prefix}.", StringComparison.Ordinal)));
    }

    private static string[] FindNamespaces(string prefix) =>
        Directory.Exists(NamespaceFolder) ? [.. Directory.GetFiles(NamespaceFolder, $"{prefix}-*").Select(path => Path.GetFileName(path))] : [];

    private static async Task RemoveLeftoversAsync()
    {
        foreach (string left in FindNamespaces(NamePrefix.TrimEnd('-')))
        {
            if (!Directory.Exists($"/proc/{left.Split('-')[1]}"))
            {
                await RemoveAsync(left);
            }
        }
    }

    // With what still runs in it, and the devices that lead into it.
    private static async Task RemoveAsync(string name)
    {
        await SystemTool.TryRunAsync("sh", "-c", $"for process in $(ip netns pids {name}); do kill -9 $process; done");
        await SystemTool.TryRunAsync("ip", "netns", "delete", name);
    }
}
