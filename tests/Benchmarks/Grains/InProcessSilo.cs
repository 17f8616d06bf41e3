using Microsoft.Extensions.DependencyInjection;
using Orleans.TestingHost;
using StreamCoord.Grains.Brokers;
using StreamCoord.Grains.Groups;
using StreamCoord.Grains.Partitions;
using StreamCoord.Grains.Storage;
using StreamCoord.Grains.Topics;
using StreamCoord.Grains.Transactions;
using StreamCoord.Grains.ZNodes;
using StreamCoord.Groups;
using StreamCoord.Transactions;
using StreamCoord.ZNodes;

namespace StreamCoord.Benchmarks.Grains;

/// <summary>A silo in this process, with a data directory that goes with it.</summary>
internal static class InProcessSilo
{
    /// <summary>Starts one below a directory, measures, and takes everything away.</summary>
    public static async Task RunAsync(string directory, Func<IServiceProvider, Task> measure)
    {
        string root = Path.Combine(directory, $"streamcoord-bench-{Environment.ProcessId}");
        Directory.CreateDirectory(root);
        try
        {
            await using Database database = await Database.OpenEmbeddedAsync(Path.Combine(root, "streamcoord.db"));
            var builder = new InProcessTestClusterBuilder(1);
            builder.Options.ConfigureFileLogging = false;
            builder.Options.InitializeClientOnDeploy = false;
            builder.ConfigureSilo((_, silo) =>
            {
                silo.Services.AddSingleton(new ClusterIdentity("bench", new NodeId(1), default));
                silo.Services.AddPartitions(root);
                silo.Services.AddZNodes(root, new ZNodeOptions());
                silo.AddTopics(database, new TopicOptions());
                silo.AddBrokers();
                silo.AddZNodes();
                silo.AddGroups(new GroupOptions());
                silo.AddTransactions(new TransactionOptions());
            });
            InProcessTestCluster cluster = builder.Build();
            await cluster.DeployAsync();
            await measure(cluster.GetSiloServiceProvider());
            await cluster.StopAllSilosAsync();
            await cluster.DisposeAsync();
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }
}
