using System.Text.Json.Nodes;
using StreamCoord.Testing;
using StreamCoord.Testing.Processes;

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
        // A silo of its own: another test damages a log of the shared one, and that ends a backup.
        using var directory = new TemporaryDirectory();
        await using SiloProcess sound = await SiloProcess.StartAsync(Path.Combine(directory.Path, "data"));
        string file = Path.Combine(directory.Path, "backup.tar");
        string[] backup = ["cluster", "backup", file, "--url", sound.Http.BaseAddress!.ToString()];

        Assert.Contains("as of zxid 0x", (await Tool.RunAsync(backup)).Done().Out, StringComparison.Ordinal);

        long sizeBytes = new FileInfo(file).Length;
        Assert.Equal(ExitCodes.Refused, (await Tool.RunAsync(backup)).Code);
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
