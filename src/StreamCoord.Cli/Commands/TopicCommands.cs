using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using StreamCoord.Cli.Http;

namespace StreamCoord.Cli.Commands;

/// <summary>What kafka-topics, kafka-configs (for topics) and kafka-get-offsets do, and the check of every byte.</summary>
internal static class TopicCommands
{
    private static readonly Argument<string> Topic = new("topic") { Description = "The topic." };
    private static readonly Argument<string[]> Topics = new("topics") { Description = "The topics; all without any.", Arity = ArgumentArity.ZeroOrMore };
    private static readonly Option<int?> Partitions = new("--partitions") { Description = "How many partitions." };
    private static readonly Option<int?> ReplicationFactor = new("--replication-factor") { Description = "How many copies of each partition." };
    private static readonly Option<string[]> Configs = new("--config") { Description = "name=value; may be given several times." };
    private static readonly Option<string[]> DeleteConfigs = new("--delete-config") { Description = "A configuration to set back to its default; may be given several times." };
    private static readonly Option<bool> IfNotExists = new("--if-not-exists") { Description = "No error when it is there." };
    private static readonly Option<bool> IfExists = new("--if-exists") { Description = "No error when it is not there." };
    private static readonly Option<string> Time = new("--time") { Description = "earliest, latest, milliseconds since 1970 or a time such as 2026-01-31T12:00:00Z.", DefaultValueFactory = _ => "latest" };

    public static CommandGroup All() => new("topics", "Topics, their configurations and offsets.",
    [
        (new Command("list", "List the topics, without those that the service keeps for itself."), ListAsync),
        (new Command("describe", "Describe topics, their partitions and what is configured.") { Topics }, DescribeAsync),
        (new Command("create", "Create a topic.") { Topic, Partitions, ReplicationFactor, Configs, IfNotExists }, CreateAsync),
        (new Command("alter", "Raise the number of partitions, or change configurations.") { Topic, Partitions, Configs, DeleteConfigs }, AlterAsync),
        (new Command("delete", "Delete a topic and its records.") { Topic, IfExists }, DeleteAsync),
        (new Command("offsets", "Show the offsets of a topic's partitions at a time.") { Topic, Time }, ShowOffsetsAsync),
        (new Command("verify", "Read and check every byte of topics: CRCs, offsets, epochs. Exits with 4 when something is damaged.") { Topics }, VerifyAsync),
    ]);

    /// <summary>The path of a topic below the cluster's.</summary>
    public static string PathOf(string topic) => $"/topics/{Gateway.Escape(topic)}";

    /// <summary>The numbers of a topic's partitions.</summary>
    public static async Task<IReadOnlyList<int>> ListPartitionsAsync(Invocation call, string topic) =>
        [.. (await call.ListClusterAsync($"{PathOf(topic)}/partitions")).Select(partition => (int)partition!["partition_id"]!)];

    /// <summary>The offset of a partition that belongs to a time.</summary>
    public static async Task<long> FindOffsetAsync(Invocation call, string topic, int partition, string at) =>
        (long)(await call.Gateway.GetAsync($"/v1/topics/{Gateway.Escape(topic)}/partitions/{partition}/offset?at={at}", call.Stop))["offset"]!;

    /// <summary>What the gateway calls a time: earliest, latest or milliseconds since 1970.</summary>
    public static string TimeOf(string text) => text switch
    {
        "earliest" or "latest" => text,
        _ when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _) => text,
        _ when DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) => time.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
        _ => throw CliException.Usage($"'{text}' is no time: give earliest, latest, milliseconds since 1970 or something like 2026-01-31T12:00:00Z."),
    };

    private static async Task<int> ListAsync(Invocation call)
    {
        string[] names = [.. (await call.ListClusterAsync("/topics")).Select(topic => (string)topic!["topic_name"]!).Order(StringComparer.Ordinal)];
        call.Print(new JsonArray([.. names.Select(name => JsonValue.Create(name))]), () => Array.ForEach(names, call.Out.WriteLine));
        return ExitCodes.Done;
    }

    private static async Task<int> DescribeAsync(Invocation call)
    {
        var described = new JsonArray();
        foreach (string topic in await TopicsOfAsync(call))
        {
            described.Add(await DescribeAsync(call, topic));
        }
        call.Print(described, () => described.ToList().ForEach(topic => Print(call.Out, topic!)));
        return ExitCodes.Done;
    }

    private static async Task<JsonNode> DescribeAsync(Invocation call, string topic)
    {
        JsonNode described = await call.GetClusterAsync(PathOf(topic));
        JsonArray configs = await call.ListClusterAsync($"{PathOf(topic)}/configs");
        var partitions = new JsonArray();
        foreach (int partition in await ListPartitionsAsync(call, topic))
        {
            JsonArray replicas = await call.ListClusterAsync($"{PathOf(topic)}/partitions/{partition}/replicas");
            partitions.Add(new JsonObject
            {
                ["partition"] = partition,
                ["leader"] = replicas.Where(replica => (bool)replica!["is_leader"]!).Select(replica => (int?)replica!["broker_id"]).FirstOrDefault(),
                ["replicas"] = new JsonArray([.. replicas.Select(replica => replica!["broker_id"]!.DeepClone())]),
                ["isr"] = new JsonArray([.. replicas.Where(replica => (bool)replica!["is_in_sync"]!).Select(replica => replica!["broker_id"]!.DeepClone())]),
            });
        }
        return new JsonObject
        {
            ["topic"] = topic,
            ["is_internal"] = (bool)described["is_internal"]!,
            ["partition_count"] = (int)described["partitions_count"]!,
            ["replication_factor"] = (int)described["replication_factor"]!,
            ["configs"] = new JsonObject(configs.Where(config => (string?)config!["source"] == "DYNAMIC_TOPIC_CONFIG").Select(config => KeyValuePair.Create((string)config!["name"]!, config["value"]?.DeepClone()))),
            ["partitions"] = partitions,
        };
    }

    private static void Print(TextWriter writer, JsonNode topic)
    {
        string configs = string.Join(',', topic["configs"]!.AsObject().Select(config => $"{config.Key}={config.Value}"));
        writer.WriteLine($"Topic: {topic["topic"]}\tPartitionCount: {topic["partition_count"]}\tReplicationFactor: {topic["replication_factor"]}\tConfigs: {configs}");
        foreach (JsonNode? partition in topic["partitions"]!.AsArray())
        {
            writer.WriteLine($"\tTopic: {topic["topic"]}\tPartition: {partition!["partition"]}\tLeader: {partition["leader"]?.ToString() ?? "none"}\tReplicas: {Join(partition["replicas"])}\tIsr: {Join(partition["isr"])}");
        }
    }

    private static string Join(JsonNode? numbers) => string.Join(',', numbers!.AsArray());

    private static async Task<int> CreateAsync(Invocation call)
    {
        string topic = call.Value(Topic);
        if (call.Value(IfNotExists) && await ExistsAsync(call, topic))
        {
            return ExitCodes.Done;
        }
        var body = new JsonObject { ["topic_name"] = topic, ["configs"] = new JsonArray([.. ConfigsOf(call).Select(config => new JsonObject { ["name"] = config.Key, ["value"] = config.Value })]) };
        if (call.Value(Partitions) is { } partitions)
        {
            body["partitions_count"] = partitions;
        }
        if (call.Value(ReplicationFactor) is { } factor)
        {
            body["replication_factor"] = factor;
        }
        JsonNode created = (await call.SendClusterAsync(HttpMethod.Post, "/topics", body))!;
        call.Print(created, $"Created topic {topic}.");
        return ExitCodes.Done;
    }

    private static async Task<int> AlterAsync(Invocation call)
    {
        string path = PathOf(call.Value(Topic));
        JsonObject[] changes =
        [
            .. ConfigsOf(call).Select(config => new JsonObject { ["name"] = config.Key, ["value"] = config.Value }),
            .. (call.Value(DeleteConfigs) ?? []).Select(name => new JsonObject { ["name"] = name, ["operation"] = "DELETE" }),
        ];
        if (changes.Length == 0 && call.Value(Partitions) is null)
        {
            throw CliException.Usage("Nothing to change: give --partitions, --config or --delete-config.");
        }
        if (changes.Length > 0)
        {
            await call.SendClusterAsync(HttpMethod.Post, $"{path}/configs:alter", new JsonObject { ["data"] = new JsonArray([.. changes]) });
        }
        if (call.Value(Partitions) is { } partitions)
        {
            await call.SendClusterAsync(HttpMethod.Patch, path, new JsonObject { ["partitions_count"] = partitions });
        }
        call.Print(await DescribeAsync(call, call.Value(Topic)), $"Altered topic {call.Value(Topic)}.");
        return ExitCodes.Done;
    }

    private static async Task<int> DeleteAsync(Invocation call)
    {
        string topic = call.Value(Topic);
        if (call.Value(IfExists) && !await ExistsAsync(call, topic))
        {
            return ExitCodes.Done;
        }
        await call.SendClusterAsync(HttpMethod.Delete, PathOf(topic), null);
        call.Print(new JsonObject { ["deleted"] = topic }, $"Deleted topic {topic}.");
        return ExitCodes.Done;
    }

    private static async Task<int> ShowOffsetsAsync(Invocation call)
    {
        string topic = call.Value(Topic);
        string at = TimeOf(call.Value(Time)!);
        var offsets = new JsonArray();
        foreach (int partition in await ListPartitionsAsync(call, topic))
        {
            offsets.Add(new JsonObject { ["topic"] = topic, ["partition"] = partition, ["offset"] = await FindOffsetAsync(call, topic, partition, at) });
        }
        call.Print(offsets, () => offsets.ToList().ForEach(offset => call.Out.WriteLine($"{topic}:{offset!["partition"]}:{offset["offset"]}")));
        return ExitCodes.Done;
    }

    private static async Task<int> VerifyAsync(Invocation call)
    {
        var checks = new JsonArray();
        foreach (string topic in await TopicsOfAsync(call))
        {
            foreach (int partition in await ListPartitionsAsync(call, topic))
            {
                JsonNode check = await call.Gateway.GetAsync($"/v1/topics/{Gateway.Escape(topic)}/partitions/{partition}/verification", call.Stop);
                (check["topic"], check["partition"]) = (topic, partition);
                checks.Add(check);
            }
        }
        call.Print(checks, () => checks.ToList().ForEach(check => PrintCheck(call.Out, check!)));
        return checks.All(check => check!["damage"]!.AsArray().Count == 0) ? ExitCodes.Done : ExitCodes.Damaged;
    }

    private static void PrintCheck(TextWriter writer, JsonNode check)
    {
        JsonArray damage = check["damage"]!.AsArray();
        writer.WriteLine($"{check["topic"]}-{check["partition"]}: {check["batches"]} batches, {check["size_bytes"]} bytes, {(damage.Count == 0 ? "sound" : $"{damage.Count} damaged ranges")}");
        foreach (JsonNode? range in damage)
        {
            writer.WriteLine($"  offsets {range!["from_offset"]} up to {range["to_offset"]}, {range["file"]} at byte {range["position_bytes"]}: {range["reason"]}");
        }
    }

    private static async Task<IReadOnlyList<string>> TopicsOfAsync(Invocation call) => call.Value(Topics) is { Length: > 0 } named
        ? named
        : [.. (await call.ListClusterAsync("/topics")).Select(topic => (string)topic!["topic_name"]!).Order(StringComparer.Ordinal)];

    private static async Task<bool> ExistsAsync(Invocation call, string topic) => await call.Gateway.FindAsync(await call.Gateway.ClusterPathAsync(call.Stop) + PathOf(topic), call.Stop) is not null;

    private static IEnumerable<KeyValuePair<string, string>> ConfigsOf(Invocation call) => Pairs.Parse(call.Value(Configs), "--config");
}
