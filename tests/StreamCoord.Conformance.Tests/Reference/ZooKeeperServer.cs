using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using StreamCoord.Testing;

namespace StreamCoord.Conformance.Tests.Reference;

/// <summary>A real ZooKeeper server, from Debian's package, on a free port with a data directory of its own. Owns the process, which ends with the tests at the latest.</summary>
public sealed class ZooKeeperServer : IAsyncDisposable
{
    private const string ClassPath = "/usr/share/java/zookeeper.jar:/usr/share/java/slf4j-simple.jar";

    /// <summary>Runs Java until its standard input ends, as it does with the process of the tests, however that ends.</summary>
    private const string UntilInputEnds = "exec 3<&0; java \"$@\" </dev/null & server=$!; (cat <&3; kill $server) >/dev/null 2>&1 & wait $server";
    private const int AttemptsMax = 5;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(120);

    private readonly TemporaryDirectory _directory;
    private readonly Process _process;
    private readonly Task<string> _log;

    private ZooKeeperServer(TemporaryDirectory directory, Process process, int port)
    {
        _directory = directory;
        _process = process;
        _log = process.StandardError.ReadToEndAsync();
        Address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
    }

    /// <summary>Where it listens.</summary>
    public string Address { get; }

    /// <summary>Starts a server; again on another port when somebody else took the one that was free a moment ago.</summary>
    /// <param name="tickTimeMs">Its unit of time; sessions live 2 to 20 of them.</param>
    /// <param name="superDigest">The superuser, as user:base64(sha1(user:password)).</param>
    /// <param name="properties">Further properties, such as <c>-Dznode.container.checkIntervalMs=500</c>.</param>
    public static async Task<ZooKeeperServer> StartAsync(int tickTimeMs, string superDigest, params string[] properties)
    {
        for (int attempt = 1; ; attempt++)
        {
            var directory = new TemporaryDirectory();
            int port = FreePort();
            string config = Path.Combine(directory.Path, "zoo.cfg");
            await File.WriteAllTextAsync(config, string.Create(CultureInfo.InvariantCulture,
                $"dataDir={directory.Path}/data\nclientPort={port}\nclientPortAddress=127.0.0.1\ntickTime={tickTimeMs}\nmaxClientCnxns=0\n"));
            Process process = Start(config, superDigest, properties);
            if (await ServesAsync(process).WaitAsync(StartLimit))
            {
                return new ZooKeeperServer(directory, process, port);
            }
            process.Dispose();
            directory.Dispose();
            Assert.True(attempt < AttemptsMax, $"ZooKeeper did not start in {AttemptsMax} attempts. It needs the packages libzookeeper-java and default-jdk-headless.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        await _log;
        _process.Dispose();
        _directory.Dispose();
    }

    private static Process Start(string config, string superDigest, string[] properties)
    {
        var start = new ProcessStartInfo("sh")
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
            ArgumentList =
            {
                "-c", UntilInputEnds, "sh", "-Xmx256m", "-cp", ClassPath, "-Dzookeeper.admin.enableServer=false", "-Dzookeeper.extendedTypesEnabled=true", "-Dzookeeper.enforceQuota=true",
                "-Dzookeeper.forceSync=no", $"-Dzookeeper.DigestAuthenticationProvider.superDigest={superDigest}",
            },
        };
        foreach (string argument in (string[])[.. properties, "org.apache.zookeeper.server.quorum.QuorumPeerMain", config])
        {
            start.ArgumentList.Add(argument);
        }
        return Process.Start(start) ?? throw new InvalidOperationException("ZooKeeper's process did not start.");
    }

    /// <summary>True once it serves, which it does when it begins to look after containers; false when it has ended instead.</summary>
    private static async Task<bool> ServesAsync(Process process)
    {
        while (await process.StandardError.ReadLineAsync() is { } line)
        {
            if (line.Contains("Using checkIntervalMs=", StringComparison.Ordinal))
            {
                return true;
            }
        }
        await process.WaitForExitAsync();
        return false;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
