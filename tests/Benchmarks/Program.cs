using System.Globalization;
using BenchmarkDotNet.Running;
using StreamCoord.Benchmarks.Client;
using StreamCoord.Benchmarks.Cluster;
using StreamCoord.Benchmarks.Grains;
using StreamCoord.Benchmarks.Kafka;
using StreamCoord.Benchmarks.Log;
using StreamCoord.Benchmarks.Silo;
using StreamCoord.Benchmarks.ZNodes;
using StreamCoord.Benchmarks.ZooKeeper;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
switch (args.FirstOrDefault())
{
    case "log":
        await LogLoad.RunAsync(args.Length > 1 ? args[1] : Path.GetTempPath());
        return 0;
    case "grain":
        await GrainLoad.RunAsync(args.Length > 1 ? args[1] : Path.GetTempPath());
        return 0;
    case "znodes":
        await ZNodeLoad.RunAsync(args.Length > 1 ? args[1] : Path.GetTempPath());
        return 0;
    case "million" when args.Length > 1:
        await MillionLoad.RunAsync(args[1]);
        return 0;
    case "silo" when args.Length > 1:
        await SiloLoad.RunAsync(args[1]);
        return 0;
    case "kafka" when args.Length > 1:
        await KafkaLoad.RunAsync(args[1], args.Contains("start"));
        return 0;
    case "client" when args.Length > 1:
        await ClientLoad.RunAsync(args[1]);
        await ClientLoad.RunInsideAsync(args.Length > 2 ? args[2] : Path.GetTempPath());
        return 0;
    case "recipes" when args.Length > 1:
        await RecipeLoad.RunAsync(args[1]);
        return 0;
    case "cluster" when args.Length > 1:
        await ClusterLoad.RunAsync(args[1], args[2..]);
        return 0;
    case "zookeeper" when args.Length > 1:
        await ZooKeeperLoad.RunAsync(args[1], args.Contains("million"));
        return 0;
    case "micro":
        BenchmarkSwitcher.FromAssembly(typeof(LogLoad).Assembly).Run(args[1..]);
        return 0;
    default:
        await Console.Error.WriteLineAsync("""
            log [DIRECTORY]     appends and reads of the log engine beside bare writes, in one run
            grain [DIRECTORY]   appends through the partition grain of a silo in this process
            znodes [DIRECTORY]  creates, sets, reads and watches of the znode tree of a silo in this process
            million ASSEMBLY    a million znodes in a real silo: time, memory, restart, disk after compaction
            silo ASSEMBLY       start, memory, idle partitions and import of a real silo: the path of its StreamCoord.Silo.dll
            kafka ASSEMBLY [start]  produce, fetch, latency and start of a real silo over Kafka's protocol, beside bare writes; or its start only
            zookeeper ASSEMBLY [million]  create, set, get, watches and sessions of a real silo over ZooKeeper's protocol; or a million znodes by it
            client ASSEMBLY [DIRECTORY]  produce and consume by the client library, outside of a real silo and inside one in this process
            recipes ASSEMBLY    locks, and watches of ten thousand sessions, by the client library outside of a real silo
            cluster ASSEMBLY [rate|latency|kill|stop|catchup|partitions ...]  three real silos over a PostgreSQL: what copies cost, and how long it takes when silos go and come; all of it without a name
            micro [OPTIONS]     BenchmarkDotNet on the codec; options are its own, such as --filter '*'
            """);
        return 1;
}
