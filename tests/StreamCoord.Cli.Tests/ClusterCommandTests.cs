using System.Text.Json.Nodes;
using StreamCoord.Testing;

namespace StreamCoord.Cli.Tests;

public sealed class ClusterCommandTests(OneSilo silo)
{
    [Fact]
    public async Task Status_ShowsBrokersAndPartitions()
    {
        (await silo.RunAsync(["topics", "create", "counted", "--partitions", "4"])).Done();

        ToolResult text = (await silo.RunAsync(["cluster", "status"])).Done();
        JsonNode status = JsonNode.Parse((await silo.RunAsync(["cluster", "status", "-o", "json"])).Done().Out)!;

        Assert.Contains(", 0 without a leader, 0 under-replicated", text.Lines[0], StringComparison.Ordinal);
        Assert.Contains(silo.Silo.Kafka, text.Lines[2], StringComparison.Ordinal);
        Assert.True((int)status["partition_count"]! >= 4);
        Assert.Equal((int)status["partition_count"]!, (int)status["brokers"]![0]!["leaders"]!);
    }

    [Fact]
    public async Task Backup_IsWrittenOnce()
    {
        using var directory = new TemporaryDirectory();
        string file = Path.Combine(directory.Path, "backup.tar");

        Assert.Contains("as of zxid 0x", (await silo.RunAsync(["cluster", "backup", file])).Done().Out, StringComparison.Ordinal);

        long sizeBytes = new FileInfo(file).Length;
        Assert.Equal(ExitCodes.Refused, (await silo.RunAsync(["cluster", "backup", file])).Code);
        Assert.Equal(sizeBytes, new FileInfo(file).Length);
    }

    [Fact]
    public async Task Bench_MeasuresBothWays()
    {
        JsonNode produced = JsonNode.Parse((await silo.RunAsync(["bench", "produce", "measured", "--num-records", "20000", "--record-size", "50", "-o", "json"])).Done().Out)!;
        JsonNode consumed = JsonNode.Parse((await silo.RunAsync(["bench", "consume", "measured", "-o", "json"])).Done().Out)!;

        Assert.Equal((20_000, 1_000_000), ((long)produced["records"]!, (long)produced["bytes"]!));
        Assert.Equal((20_000, 1_000_000), ((long)consumed["records"]!, (long)consumed["bytes"]!));
    }
}
