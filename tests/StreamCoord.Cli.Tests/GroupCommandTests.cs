using System.Text.Json.Nodes;

namespace StreamCoord.Cli.Tests;

public sealed class GroupCommandTests(OneSilo silo)
{
    [Fact]
    public async Task Group_IsDescribedResetAndDeleted()
    {
        (await silo.RunAsync(["produce", "reset"], "1\n2\n3\n4\n5\n")).Done();
        (await silo.RunAsync(["consume", "reset", "-g", "resetting", "--from-beginning", "-n", "4"])).Done();
        Assert.Contains("resetting", (await silo.RunAsync(["groups", "list"])).Done().Lines);
        Assert.Equal(4, await CommittedAsync("resetting"));

        ToolResult dry = (await silo.RunAsync(["groups", "reset-offsets", "resetting", "--to-earliest"])).Done();
        Assert.Contains("dry run", dry.Error, StringComparison.Ordinal);
        Assert.Equal(["GROUP", "TOPIC", "PARTITION", "NEW-OFFSET"], dry.Lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(4, await CommittedAsync("resetting"));

        await ResetAsync("--to-earliest", 0);
        await ResetAsync("--shift-by", 3, "3");
        await ResetAsync("--shift-by", 1, "-2");
        await ResetAsync("--to-offset", 5, "99");
        await ResetAsync("--to-datetime", 0, "2020-01-01T00:00:00Z");
        await ResetAsync("--to-latest", 5);

        (await silo.RunAsync(["groups", "delete", "resetting"])).Done();
        Assert.Equal(ExitCodes.Refused, (await silo.RunAsync(["groups", "describe", "resetting"])).Code);
    }

    [Fact]
    public async Task GroupThatWasNeverThere_GetsOffsetsForATopic()
    {
        (await silo.RunAsync(["topics", "create", "fresh", "--partitions", "3"])).Done();

        (await silo.RunAsync(["groups", "reset-offsets", "fresh-group", "--topic", "fresh:0,2", "--to-latest", "--execute"])).Done();

        JsonNode described = JsonNode.Parse((await silo.RunAsync(["groups", "describe", "fresh-group", "-o", "json"])).Done().Out)!;
        Assert.Equal([0, 2], described["partitions"]!.AsArray().Select(partition => (int)partition!["partition_id"]!));
    }

    [Fact]
    public async Task GroupWithAMember_IsNotReset()
    {
        (await silo.RunAsync(["produce", "busy"], "1\n")).Done();
        using var stop = new CancellationTokenSource();
        using var output = new AwaitedWriter();
        Task<int> member = Tool.RunUntilAsync(["consume", "busy", "-g", "busy-group", "--from-beginning", "--url", silo.Silo.Http.BaseAddress!.ToString()], output, TextWriter.Null, "", stop.Token);
        await output.AwaitAsync("1");

        ToolResult reset = await silo.RunAsync(["groups", "reset-offsets", "busy-group", "--topic", "busy", "--to-earliest", "--execute"]);
        ToolResult deleted = await silo.RunAsync(["groups", "delete", "busy-group"]);
        ToolResult members = (await silo.RunAsync(["groups", "describe", "busy-group", "--members"])).Done();
        await stop.CancelAsync();
        await member;

        Assert.Equal((ExitCodes.Refused, ExitCodes.Refused), (reset.Code, deleted.Code));
        Assert.Equal("1", members.Lines[1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[^1]);
    }

    [Theory]
    [InlineData]
    [InlineData("--to-earliest", "--to-latest")]
    public async Task Reset_TakesOneTarget(params string[] targets) =>
        Assert.Equal(ExitCodes.Usage, (await silo.RunAsync(["groups", "reset-offsets", "any", .. targets])).Code);

    private async Task ResetAsync(string target, long expected, params string[] value)
    {
        (await silo.RunAsync(["groups", "reset-offsets", "resetting", target, .. value, "--execute"])).Done();
        Assert.Equal(expected, await CommittedAsync("resetting"));
    }

    private async Task<long> CommittedAsync(string group) =>
        (long)JsonNode.Parse((await silo.RunAsync(["groups", "describe", group, "-o", "json"])).Done().Out)!["partitions"]![0]!["current_offset"]!;
}
