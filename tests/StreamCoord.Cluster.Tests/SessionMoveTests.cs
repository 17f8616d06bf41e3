using System.Diagnostics;
using StreamCoord.Cluster.Tests.Running;

namespace StreamCoord.Cluster.Tests;

/// <summary>Clients of ZooKeeper that connect to another silo while their old connections are still there.</summary>
[Collection(nameof(OneCluster))]
public sealed class SessionMoveTests(SharedCluster shared)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    [Fact]
    public Task OlderConnection_AtAnotherSilo_WritesNothingAnyMore() => shared.RunAsync(async cluster =>
    {
        string[] arguments = [Path.Combine(AppContext.BaseDirectory, "moved_session.py"), cluster.Nodes[0].ZooKeeper!, cluster.Nodes[1].ZooKeeper!, "/moved-session"];
        using Process process = Process.Start(new ProcessStartInfo("/usr/bin/python3", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            string told = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(Limit, TestContext.Current.CancellationToken);
            Assert.True(told == "same session: ConnectionLoss, newer\n", told + await errors);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    });
}
