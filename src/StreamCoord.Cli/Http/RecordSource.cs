using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace StreamCoord.Cli.Http;

/// <summary>The records of a topic, as they come: of all partitions by the gateway's stream, of one by pages, of a group by a consumer of version 2.</summary>
internal static class RecordSource
{
    private const string BinaryRecords = "application/vnd.kafka.binary.v2+json";
    private const string Version2 = "application/vnd.kafka.v2+json";
    private const int PageWaitMs = 10_000;

    /// <summary>Begins to read; what comes has the form of /v1. It ends only when it is cancelled.</summary>
    public static IAsyncEnumerable<JsonNode> Open(Invocation call, RecordSourceOptions options, CancellationToken stop) =>
        options.Group is { } group ? ReadAsMemberAsync(call, options, group, stop)
        : options.Partition is { } partition ? ReadPartitionAsync(call, options, partition, stop)
        : ReadAllAsync(call, options, stop);

    private static async IAsyncEnumerable<JsonNode> ReadAllAsync(Invocation call, RecordSourceOptions options, [EnumeratorCancellation] CancellationToken stop)
    {
        string path = $"/v1/topics/{Gateway.Escape(options.Topic)}/records:stream?from={(options.FromBeginning ? "earliest" : "latest")}";
        await foreach (SseItem<string> item in call.Gateway.StreamAsync(path, stop))
        {
            yield return JsonNode.Parse(item.Data)!;
        }
    }

    private static async IAsyncEnumerable<JsonNode> ReadPartitionAsync(Invocation call, RecordSourceOptions options, int partition, [EnumeratorCancellation] CancellationToken stop)
    {
        string from = options.Offset ?? (options.FromBeginning ? "earliest" : "latest");
        while (true)
        {
            JsonNode page = await call.Gateway.GetAsync($"/v1/topics/{Gateway.Escape(options.Topic)}/partitions/{partition}/records?offset={Gateway.Escape(from)}&max_wait_ms={PageWaitMs}", stop);
            foreach (JsonNode? record in page["records"]!.AsArray())
            {
                yield return record!;
            }
            from = page["next_offset"]!.ToString();
        }
    }

    private static async IAsyncEnumerable<JsonNode> ReadAsMemberAsync(Invocation call, RecordSourceOptions options, string group, [EnumeratorCancellation] CancellationToken stop)
    {
        JsonNode instance = await SendAsync(call, HttpMethod.Post, $"/consumers/{Gateway.Escape(group)}",
            new JsonObject { ["format"] = "binary", ["auto.offset.reset"] = options.FromBeginning ? "earliest" : "latest", ["auto.commit.enable"] = "false" }, stop);
        string consumer = (string)instance["base_uri"]!;
        Dictionary<int, JsonNode> done = [];
        try
        {
            await SendAsync(call, HttpMethod.Post, $"{consumer}/subscription", new JsonObject { ["topics"] = new JsonArray(options.Topic) }, stop);
            while (true)
            {
                var request = new HttpRequestMessage(HttpMethod.Get, $"{consumer}/records");
                request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(BinaryRecords));
                foreach (JsonNode? record in (await call.Gateway.SendAsync(request, stop))!.AsArray())
                {
                    done[(int)record!["partition"]!] = record;
                    yield return FromVersion2(record);
                }
                await CommitAsync(call, consumer, done, stop);
            }
        }
        finally
        {
            // What came after --max-messages is for the next reader, so only what was taken is committed.
            await CommitAsync(call, consumer, done, CancellationToken.None);
            await SendAsync(call, HttpMethod.Delete, consumer, null, CancellationToken.None);
        }
    }

    private static async Task CommitAsync(Invocation call, string consumer, Dictionary<int, JsonNode> done, CancellationToken stop)
    {
        if (done.Count > 0)
        {
            JsonNode[] partitions = [.. done.Values.Select(record => new JsonObject { ["topic"] = record["topic"]!.DeepClone(), ["partition"] = record["partition"]!.DeepClone(), ["offset"] = record["offset"]!.DeepClone() })];
            done.Clear();
            await SendAsync(call, HttpMethod.Post, $"{consumer}/offsets", new JsonObject { ["offsets"] = new JsonArray(partitions) }, stop);
        }
    }

    private static JsonObject FromVersion2(JsonNode record) => new()
    {
        ["topic"] = record["topic"]!.DeepClone(),
        ["partition"] = record["partition"]!.DeepClone(),
        ["offset"] = record["offset"]!.DeepClone(),
        ["timestamp"] = record["timestamp"]?.DeepClone(),
        ["key_base64"] = record["key"]?.DeepClone(),
        ["value_base64"] = record["value"]?.DeepClone(),
    };

    private static async Task<JsonNode> SendAsync(Invocation call, HttpMethod method, string path, JsonNode? body, CancellationToken stop) =>
        await call.Gateway.SendAsync(method, path, body is null ? null : Gateway.Json(body, Version2), stop) ?? new JsonObject();
}
