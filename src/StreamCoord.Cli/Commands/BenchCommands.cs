using System.CommandLine;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using StreamCoord.Cli.Http;

namespace StreamCoord.Cli.Commands;

/// <summary>What kafka-producer-perf-test and kafka-consumer-perf-test do, over HTTP: it measures the gateway with the log behind it, from here.</summary>
internal static class BenchCommands
{
    private static readonly Argument<string> Topic = new("topic") { Description = "The topic; produce creates it." };
    private static readonly Option<long> Records = new("--num-records") { Description = "How many records.", DefaultValueFactory = _ => 1_000_000 };
    private static readonly Option<int> SizeBytes = new("--record-size") { Description = "How many bytes each has.", DefaultValueFactory = _ => 100 };

    public static CommandGroup All() => new("bench", "Measure produce and consume over HTTP.",
    [
        (new Command("produce", "Append records of one size, durably.") { Topic, Records, SizeBytes }, ProduceAsync),
        (new Command("consume", "Read a topic from its beginning.") { Topic, Records }, ConsumeAsync),
    ]);

    private static async Task<int> ProduceAsync(Invocation call)
    {
        (long records, int sizeBytes) = (call.Value(Records), call.Value(SizeBytes));
        if (records < 1 || sizeBytes < 1)
        {
            throw CliException.Usage("--num-records and --record-size take numbers from 1 on.");
        }
        using var content = new RepeatedLineContent(records, sizeBytes);
        content.Headers.ContentType = new MediaTypeHeaderValue("text/plain");
        long started = call.Terminal.Time.GetTimestamp();
        await call.Gateway.SendAsync(HttpMethod.Post, $"/v1/topics/{Gateway.Escape(call.Value(Topic))}/records:import", content, call.Stop);
        Report(call, records, records * sizeBytes, call.Terminal.Time.GetElapsedTime(started));
        return ExitCodes.Done;
    }

    private static async Task<int> ConsumeAsync(Invocation call)
    {
        string topic = call.Value(Topic);
        (long records, long bytes) = (0, 0);
        long started = call.Terminal.Time.GetTimestamp();
        foreach (int partition in await TopicCommands.ListPartitionsAsync(call, topic))
        {
            long end = await TopicCommands.FindOffsetAsync(call, topic, partition, "latest");
            long from = await TopicCommands.FindOffsetAsync(call, topic, partition, "earliest");
            while (from < end && records < call.Value(Records))
            {
                JsonNode page = await call.Gateway.GetAsync(string.Create(CultureInfo.InvariantCulture, $"/v1/topics/{Gateway.Escape(topic)}/partitions/{partition}/records?offset={from}&max_bytes=16777216"), call.Stop);
                foreach (JsonNode? record in page["records"]!.AsArray())
                {
                    records++;
                    bytes += ((string?)record!["value"] ?? "").Length;
                }
                from = (long)page["next_offset"]!;
            }
        }
        Report(call, records, bytes, call.Terminal.Time.GetElapsedTime(started));
        return ExitCodes.Done;
    }

    private static void Report(Invocation call, long records, long bytes, TimeSpan elapsed)
    {
        (double perSecond, double megabytes) = (records / elapsed.TotalSeconds, bytes / 1e6 / elapsed.TotalSeconds);
        var result = new JsonObject { ["records"] = records, ["bytes"] = bytes, ["seconds"] = elapsed.TotalSeconds, ["records_per_second"] = perSecond, ["megabytes_per_second"] = megabytes };
        call.Print(result, string.Create(CultureInfo.InvariantCulture, $"{records} records in {elapsed.TotalSeconds:F2} s, {perSecond:F0} records/s ({megabytes:F1} MB/s)"));
    }
}
