using System.Text.Json.Nodes;
using Confluent.Kafka;
using StreamCoord.Testing;

namespace StreamCoord.Cli.Tests;

public sealed class RecordCommandTests(OneSilo silo)
{
    [Fact]
    public async Task Lines_AreProducedAndConsumed()
    {
        ToolResult produced = (await silo.RunAsync(["produce", "lines"], "one\ntwo\nthree\n")).Done();
        Assert.Equal("3 records are durable.\n", produced.Error);

        Assert.Equal(["one", "two", "three"], (await silo.RunAsync(["consume", "lines", "--from-beginning", "-n", "3"])).Done().Lines);
        Assert.Equal(["Partition:0\tOffset:1\tnull\ttwo"], (await silo.RunAsync(["consume", "lines", "--partition", "0", "--offset", "1", "-n", "1", "--print-key", "--print-offset", "--print-partition"])).Done().Lines);
    }

    [Fact]
    public async Task Keys_LandWhereKafkasClientsPutThem()
    {
        (await silo.RunAsync(["topics", "create", "keyed", "--partitions", "5"])).Done();
        string[] keys = [.. Enumerable.Range(0, 40).Select(i => $"key-{i}")];
        (await silo.RunAsync(["produce", "keyed", "-K", ":", "-H", "from=tool"], string.Concat(keys.Select(key => $"{key}:value of {key}\n")))).Done();
        using (IProducer<string, string> producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = silo.Silo.Kafka, Partitioner = Partitioner.Murmur2Random }).Build())
        {
            await Task.WhenAll(keys.Select(key => producer.ProduceAsync("keyed", new Message<string, string> { Key = key, Value = "again" }, TestContext.Current.CancellationToken)));
        }

        JsonNode[] records = [.. (await silo.RunAsync(["consume", "keyed", "--from-beginning", "-n", "80", "-o", "json"])).Done().Lines.Select(line => JsonNode.Parse(line)!)];

        Assert.All(records.GroupBy(record => (string)record["key"]!), key => Assert.Single(key.Select(record => (int)record["partition"]!).Distinct()));
        Assert.Equal(40, records.Count(record => (string?)record["headers"]?.AsArray().FirstOrDefault()?["name"] == "from"));
    }

    [Fact]
    public async Task Group_GoesOnBehindWhatWasPrinted()
    {
        (await silo.RunAsync(["produce", "grouped"], "1\n2\n3\n4\n5\n")).Done();

        Assert.Equal(["1", "2"], (await silo.RunAsync(["consume", "grouped", "-g", "tool-group", "--from-beginning", "-n", "2"])).Done().Lines);
        Assert.Equal(["3", "4", "5"], (await silo.RunAsync(["consume", "grouped", "-g", "tool-group", "--from-beginning", "-n", "3"])).Done().Lines);
    }

    [Fact]
    public async Task File_IsProducedWhole()
    {
        using var directory = new TemporaryDirectory();
        string file = Path.Combine(directory.Path, "lines.txt");
        await File.WriteAllLinesAsync(file, Enumerable.Range(0, 100_000).Select(i => $"line {i}"), TestContext.Current.CancellationToken);

        JsonNode reply = JsonNode.Parse((await silo.RunAsync(["produce", "from-file", "-f", file, "-o", "json"])).Done().Out)!;

        Assert.Equal(100_000, (long)reply["records"]!);
        Assert.Equal(["line 99999"], (await silo.RunAsync(["consume", "from-file", "--partition", "0", "--offset", "99999", "-n", "1"])).Done().Lines);
    }

    [Fact]
    public async Task Consume_EndsWhenNothingComes_OrItIsTold()
    {
        (await silo.RunAsync(["produce", "few"], "x\n")).Done();

        Assert.Equal(["x"], (await silo.RunAsync(["consume", "few", "--from-beginning", "--timeout-ms", "300"])).Done().Lines);
        using var stop = new CancellationTokenSource();
        Task<int> endless = Tool.RunUntilAsync(["consume", "few", "--url", silo.Silo.Http.BaseAddress!.ToString()], TextWriter.Null, TextWriter.Null, "", stop.Token);
        await stop.CancelAsync();
        Assert.Equal(ExitCodes.Interrupted, await endless);
    }

    [Fact]
    public async Task LineWithoutTheSeparator_IsRefusedByName()
    {
        ToolResult result = await silo.RunAsync(["produce", "half-keyed", "-K", ":"], "a:1\nb\n");

        Assert.Equal(ExitCodes.Refused, result.Code);
        Assert.Contains("No ':' in the line 'b'", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--offset needs --partition", "consume", "t", "--offset", "3")]
    [InlineData("leave out --partition", "consume", "t", "-g", "g", "--partition", "0")]
    [InlineData("--header takes name=value", "produce", "t", "-H", "x")]
    public async Task WhatMakesNoSense_IsRefusedBeforeAnythingIsSent(string problem, params string[] arguments)
    {
        ToolResult result = await silo.RunAsync(arguments);

        Assert.Equal(ExitCodes.Usage, result.Code);
        Assert.Contains(problem, result.Error, StringComparison.Ordinal);
    }
}
