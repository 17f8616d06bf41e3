using System.Text.Json.Nodes;

namespace StreamCoord.Cli.Tests;

public sealed class TopicCommandTests(OneSilo silo)
{
    [Fact]
    public async Task Topic_IsCreatedDescribedAlteredAndDeleted()
    {
        Assert.Equal("Created topic topic-life.\n", (await silo.RunAsync(["topics", "create", "topic-life", "--partitions", "2", "--config", "retention.ms=1000"])).Done().Out);
        Assert.Contains("topic-life", (await silo.RunAsync(["topics", "list"])).Done().Lines);
        Assert.Equal(
            [
                "Topic: topic-life\tPartitionCount: 2\tReplicationFactor: 1\tConfigs: retention.ms=1000",
                "\tTopic: topic-life\tPartition: 0\tLeader: 1\tReplicas: 1\tIsr: 1",
                "\tTopic: topic-life\tPartition: 1\tLeader: 1\tReplicas: 1\tIsr: 1",
            ],
            (await silo.RunAsync(["topics", "describe", "topic-life"])).Done().Lines);

        (await silo.RunAsync(["topics", "alter", "topic-life", "--partitions", "3", "--config", "segment.bytes=100000", "--delete-config", "retention.ms"])).Done();

        JsonNode described = JsonNode.Parse((await silo.RunAsync(["topics", "describe", "topic-life", "-o", "json"])).Done().Out)![0]!;
        Assert.Equal(3, (int)described["partition_count"]!);
        Assert.Equal("""{"segment.bytes":"100000"}""", described["configs"]!.ToJsonString());
        (await silo.RunAsync(["topics", "delete", "topic-life"])).Done();
        Assert.DoesNotContain("topic-life", (await silo.RunAsync(["topics", "list"])).Done().Lines);
    }

    [Fact]
    public async Task WhatIsThereOrNot_IsRefusedUnlessAskedOtherwise()
    {
        (await silo.RunAsync(["topics", "create", "topic-twice"])).Done();

        ToolResult again = await silo.RunAsync(["topics", "create", "topic-twice"]);
        Assert.Equal(ExitCodes.Refused, again.Code);
        Assert.Contains("topic-twice", again.Error, StringComparison.Ordinal);
        Assert.Empty(again.Out);
        (await silo.RunAsync(["topics", "create", "topic-twice", "--if-not-exists"])).Done();
        Assert.Equal(ExitCodes.Refused, (await silo.RunAsync(["topics", "delete", "topic-never"])).Code);
        (await silo.RunAsync(["topics", "delete", "topic-never", "--if-exists"])).Done();
        Assert.Equal(ExitCodes.Refused, (await silo.RunAsync(["topics", "describe", "topic-never"])).Code);
    }

    [Fact]
    public async Task Offsets_AreFoundByTime()
    {
        (await silo.RunAsync(["produce", "topic-times"], "a\nb\nc\n")).Done();

        Assert.Equal(["topic-times:0:3"], (await silo.RunAsync(["topics", "offsets", "topic-times"])).Done().Lines);
        Assert.Equal(["topic-times:0:0"], (await silo.RunAsync(["topics", "offsets", "topic-times", "--time", "earliest"])).Done().Lines);
        Assert.Equal(["topic-times:0:0"], (await silo.RunAsync(["topics", "offsets", "topic-times", "--time", "2020-01-01T00:00:00Z"])).Done().Lines);
        Assert.Equal(["topic-times:0:3"], (await silo.RunAsync(["topics", "offsets", "topic-times", "--time", "4102444800000"])).Done().Lines);
        Assert.Equal(ExitCodes.Usage, (await silo.RunAsync(["topics", "offsets", "topic-times", "--time", "yesterday"])).Code);
    }

    [Fact]
    public async Task Verify_ReadsEveryByte_AndSaysWhatIsDamaged()
    {
        (await silo.RunAsync(["produce", "topic-sound"], "a\nsound of its own\n")).Done();
        (await silo.RunAsync(["produce", "topic-sound"], "c\n")).Done();
        string sound = Assert.Single((await silo.RunAsync(["topics", "verify", "topic-sound"])).Done().Lines);
        Assert.StartsWith("topic-sound-0: 2 batches, ", sound, StringComparison.Ordinal);
        Assert.EndsWith("sound", sound, StringComparison.Ordinal);

        silo.FlipByte("sound of its own", 80);

        ToolResult damaged = await silo.RunAsync(["topics", "verify", "topic-sound"]);
        Assert.Equal(ExitCodes.Damaged, damaged.Code);
        Assert.Contains("1 damaged ranges", damaged.Out, StringComparison.Ordinal);
        Assert.Contains("offsets 0 up to 2", damaged.Out, StringComparison.Ordinal);
    }
}
