using StreamCoord.Testing.Databases;

namespace StreamCoord.Cluster.Tests.Running;

/// <summary>A cluster with a network that can be cut, which tests use one after another, each with topics and znodes of its own. After a test that failed the next one gets a new cluster. For one caller.</summary>
public sealed class SharedCluster(PostgreSqlServer server) : IAsyncLifetime
{
    private TestCluster? _cluster;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }
    }

    /// <summary>Runs a test on it.</summary>
    internal async Task RunAsync(Func<TestCluster, Task> test)
    {
        _cluster ??= await TestCluster.StartWithNetworkAsync(server);
        try
        {
            await _cluster.AwaitWholeAsync();
            await test(_cluster);
            foreach (ClusterNode node in _cluster.Nodes)
            {
                TestContext.Current.TestOutputHelper?.WriteLine(node.TakeEvents());
            }
        }
        catch
        {
            _cluster.PrintLogs();
            await _cluster.DisposeAsync();
            _cluster = null;
            throw;
        }
    }
}
