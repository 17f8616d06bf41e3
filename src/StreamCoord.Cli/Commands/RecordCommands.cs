using System.CommandLine;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Spectre.Console;
using StreamCoord.Cli.Http;
using StreamCoord.Cli.Output;

namespace StreamCoord.Cli.Commands;

/// <summary>What kafka-console-producer and kafka-console-consumer do.</summary>
internal static class RecordCommands
{
    private static readonly Argument<string> Topic = new("topic") { Description = "The topic." };
    private static readonly Option<FileInfo?> File = new("--file", "-f") { Description = "Read the lines from a file; standard input without it." };
    private static readonly Option<string?> KeySeparator = new("--key-separator", "-K") { Description = "Each line is a key, this, and a value. Without it each line is a value." };
    private static readonly Option<string[]> Headers = new("--header", "-H") { Description = "name=value, a header of every record; may be given several times." };
    private static readonly Option<bool> FromBeginning = new("--from-beginning") { Description = "Begin with the oldest record; without it with those that come now." };
    private static readonly Option<int?> Partition = new("--partition") { Description = "One partition only." };
    private static readonly Option<string?> Offset = new("--offset") { Description = "With --partition: begin at this offset, earliest or latest." };
    private static readonly Option<string?> Group = new("--group", "-g") { Description = "Read as a member of this group and commit; what it has committed says where to begin." };
    private static readonly Option<long?> MaxMessages = new("--max-messages", "-n") { Description = "End after so many records." };
    private static readonly Option<int?> TimeoutMs = new("--timeout-ms") { Description = "End when no record has come for so long." };
    private static readonly Option<bool> PrintKey = new("--print-key") { Description = "The key before the value." };
    private static readonly Option<bool> PrintPartition = new("--print-partition") { Description = "The partition before the value." };
    private static readonly Option<bool> PrintOffset = new("--print-offset") { Description = "The offset before the value." };
    private static readonly Option<bool> PrintTimestamp = new("--print-timestamp") { Description = "The timestamp before the value, milliseconds since 1970." };

    public static CommandGroup All() => new(null, "",
    [
        (new Command("produce", "Append one record a line, from standard input or a file. It ends when all are durable.") { Topic, File, KeySeparator, Headers }, ProduceAsync),
        (new Command("consume", "Print the records of a topic as they come. Ctrl-C ends it.")
        {
            Topic, FromBeginning, Partition, Offset, Group, MaxMessages, TimeoutMs, PrintKey, PrintPartition, PrintOffset, PrintTimestamp,
        }, ConsumeAsync),
    ]);

    private static async Task<int> ProduceAsync(Invocation call)
    {
        IReadOnlyList<KeyValuePair<string, string>> headers = Pairs.Parse(call.Value(Headers), "--header");
        FileInfo? file = call.Value(File);
        await using Stream input = file?.OpenRead() ?? call.Terminal.OpenInput();
        JsonNode reply = await WithProgressAsync(call, file, progress => SendAsync(call, new LineContent(input, call.Value(KeySeparator), headers, progress)));
        call.Print(reply, () => call.Terminal.Error.WriteLine($"{reply["records"]} records are durable."));
        return ExitCodes.Done;
    }

    private static async Task<JsonNode> SendAsync(Invocation call, LineContent lines)
    {
        lines.Headers.ContentType = new MediaTypeHeaderValue(lines.IsJson ? "application/x-ndjson" : "text/plain");
        return (await call.Gateway.SendAsync(HttpMethod.Post, $"/v1/topics/{Gateway.Escape(call.Value(Topic))}/records:import", lines, call.Stop))!;
    }

    // A file has a length, so that how far it is can be shown to whoever looks.
    private static async Task<JsonNode> WithProgressAsync(Invocation call, FileInfo? file, Func<Action<long>, Task<JsonNode>> send)
    {
        if (file is null || !call.Terminal.IsInteractive)
        {
            return await send(_ => { });
        }
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(call.Terminal.Error) });
        return await console.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new TransferSpeedColumn()).StartAsync(async context =>
        {
            ProgressTask task = context.AddTask(Markup.Escape(file.Name), maxValue: Math.Max(1, file.Length));
            return await send(bytes => task.Value = bytes);
        });
    }

    private static async Task<int> ConsumeAsync(Invocation call)
    {
        if (call.Value(Group) is not null && (call.Value(Partition) is not null || call.Value(Offset) is not null))
        {
            throw CliException.Usage("A group says itself who reads which partition from where: leave out --partition and --offset, or --group.");
        }
        if (call.Value(Offset) is not null && call.Value(Partition) is null)
        {
            throw CliException.Usage("--offset needs --partition: partitions count for themselves.");
        }
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(call.Stop);
        IAsyncEnumerable<JsonNode> records = RecordSource.Open(call, new RecordSourceOptions(call.Value(Topic), call.Value(Group), call.Value(Partition), call.Value(Offset), call.Value(FromBeginning)), stop.Token);
        long left = call.Value(MaxMessages) ?? long.MaxValue;
        int timeoutMs = call.Value(TimeoutMs) ?? Timeout.Infinite;
        stop.CancelAfter(timeoutMs);
        try
        {
            await using IAsyncEnumerator<JsonNode> reader = records.GetAsyncEnumerator(stop.Token);
            while (left > 0 && await reader.MoveNextAsync())
            {
                Print(call, reader.Current);
                left--;
                stop.CancelAfter(timeoutMs);
            }
        }
        catch (OperationCanceledException) when (!call.Stop.IsCancellationRequested)
        {
            // Nothing came for --timeout-ms.
        }
        await call.Out.FlushAsync();
        return ExitCodes.Done;
    }

    private static void Print(Invocation call, JsonNode record)
    {
        if (call.IsJson)
        {
            call.Out.WriteLine(record.ToJsonString());
            return;
        }
        string[] parts =
        [
            .. call.Value(PrintTimestamp) ? [$"CreateTime:{record["timestamp"]}"] : Array.Empty<string>(),
            .. call.Value(PrintPartition) ? [$"Partition:{record["partition"]}"] : Array.Empty<string>(),
            .. call.Value(PrintOffset) ? [$"Offset:{record["offset"]}"] : Array.Empty<string>(),
            .. call.Value(PrintKey) ? [RecordText.Of(record, "key")] : Array.Empty<string>(),
            RecordText.Of(record, "value"),
        ];
        call.Out.WriteLine(string.Join('\t', parts));
    }
}
