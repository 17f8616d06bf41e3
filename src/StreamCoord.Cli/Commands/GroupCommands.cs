using System.CommandLine;
using System.Text.Json.Nodes;
using StreamCoord.Cli.Http;
using StreamCoord.Cli.Output;

namespace StreamCoord.Cli.Commands;

/// <summary>What kafka-consumer-groups does.</summary>
internal static class GroupCommands
{
    private static readonly Argument<string> Group = new("group") { Description = "The group." };
    private static readonly Option<bool> Members = new("--members") { Description = "The members instead of the offsets." };
    private static readonly Option<string[]> Topics = new("--topic") { Description = "topic, or topic:0,2 for some of its partitions; may be given several times. Without it all that the group has offsets for." };
    private static readonly Option<bool> ToEarliest = new("--to-earliest") { Description = "To the oldest record." };
    private static readonly Option<bool> ToLatest = new("--to-latest") { Description = "Behind the newest record." };
    private static readonly Option<long?> ToOffset = new("--to-offset") { Description = "To this offset." };
    private static readonly Option<string?> ToDatetime = new("--to-datetime") { Description = "To the first record that is not older than this time, such as 2026-01-31T12:00:00Z." };
    private static readonly Option<long?> ShiftBy = new("--shift-by") { Description = "By so many records, backwards when it is negative." };
    private static readonly Option<bool> Execute = new("--execute") { Description = "Do it. Without it what would be done is shown, and nothing is changed." };

    public static CommandGroup All() => new("groups", "Consumer groups.",
    [
        (new Command("list", "List the groups."), ListAsync),
        (new Command("describe", "Show what a group has read and has not, or its members.") { Group, Members }, DescribeAsync),
        (new Command("reset-offsets", "Set where a group without members goes on; a dry run without --execute.") { Group, Topics, ToEarliest, ToLatest, ToOffset, ToDatetime, ShiftBy, Execute }, ResetAsync),
        (new Command("delete", "Delete a group without members, and its offsets.") { Group }, DeleteAsync),
    ]);

    private static string PathOf(string group) => $"/consumer-groups/{Gateway.Escape(group)}";

    private static async Task<int> ListAsync(Invocation call)
    {
        JsonArray groups = await call.ListClusterAsync("/consumer-groups");
        call.Print(Pick(groups, "consumer_group_id", "state", "type", "partition_assignor"), () => groups.ToList().ForEach(group => call.Out.WriteLine(group!["consumer_group_id"])));
        return ExitCodes.Done;
    }

    private static async Task<int> DescribeAsync(Invocation call)
    {
        string group = call.Value(Group);
        JsonNode described = await call.GetClusterAsync(PathOf(group));
        if (call.Value(Members))
        {
            await DescribeMembersAsync(call, group);
            return ExitCodes.Done;
        }
        JsonArray lags = await call.ListClusterAsync($"{PathOf(group)}/lags");
        var result = new JsonObject
        {
            ["group"] = group,
            ["state"] = described["state"]?.DeepClone(),
            ["type"] = described["type"]?.DeepClone(),
            ["partitions"] = Pick(lags, "topic_name", "partition_id", "current_offset", "log_end_offset", "lag", "consumer_id", "client_id"),
        };
        call.Print(result, () =>
        {
            if ((string?)described["state"] == "EMPTY")
            {
                call.Terminal.Error.WriteLine($"Consumer group '{group}' has no active members.");
            }
            var columns = new Columns("GROUP", "TOPIC", "PARTITION", "CURRENT-OFFSET", "LOG-END-OFFSET", "LAG", "CONSUMER-ID", "CLIENT-ID");
            foreach (JsonNode? lag in lags)
            {
                columns.Add(group, lag!["topic_name"], lag["partition_id"], lag["current_offset"], lag["log_end_offset"], lag["lag"], lag["consumer_id"], lag["client_id"]);
            }
            columns.WriteTo(call.Out);
        });
        return ExitCodes.Done;
    }

    private static async Task DescribeMembersAsync(Invocation call, string group)
    {
        JsonArray members = await call.ListClusterAsync($"{PathOf(group)}/consumers");
        var columns = new Columns("GROUP", "CONSUMER-ID", "INSTANCE-ID", "CLIENT-ID", "#PARTITIONS");
        foreach (JsonNode? member in members)
        {
            string id = (string)member!["consumer_id"]!;
            member["partition_count"] = (await call.ListClusterAsync($"{PathOf(group)}/consumers/{Gateway.Escape(id)}/assignments")).Count;
            columns.Add(group, id, member["instance_id"], member["client_id"], member["partition_count"]);
        }
        call.Print(Pick(members, "consumer_id", "instance_id", "client_id", "partition_count"), () => columns.WriteTo(call.Out));
    }

    private static async Task<int> ResetAsync(Invocation call)
    {
        RequireOneTarget(call);
        string group = call.Value(Group);
        var committed = new Dictionary<(string Topic, int Partition), long>();
        if (await call.Gateway.FindAsync($"{await call.Gateway.ClusterPathAsync(call.Stop)}{PathOf(group)}/lags", call.Stop) is { } lags)
        {
            foreach (JsonNode? lag in lags["data"]!.AsArray())
            {
                committed[((string)lag!["topic_name"]!, (int)lag["partition_id"]!)] = (long)lag["current_offset"]!;
            }
        }
        var offsets = new JsonArray();
        foreach ((string topic, int partition) in await PartitionsOfAsync(call, committed.Keys))
        {
            long offset = await TargetOfAsync(call, topic, partition, committed.TryGetValue((topic, partition), out long current) ? current : null);
            offsets.Add(new JsonObject { ["topic"] = topic, ["partition"] = partition, ["offset"] = offset });
        }
        if (offsets.Count == 0)
        {
            throw new CliException(ExitCodes.Refused, $"The group {group} has no offsets. Say with --topic for which topics it is to have some.");
        }
        if (call.Value(Execute))
        {
            await call.Gateway.SendAsync(HttpMethod.Post, $"/v1/groups/{Gateway.Escape(group)}/offsets", Gateway.Json(new JsonObject { ["offsets"] = offsets.DeepClone() }), call.Stop);
        }
        call.Print(offsets, () => PrintTargets(call, group, offsets));
        return ExitCodes.Done;
    }

    private static void PrintTargets(Invocation call, string group, JsonArray offsets)
    {
        if (!call.Value(Execute))
        {
            call.Terminal.Error.WriteLine("This is a dry run. With --execute it is done.");
        }
        var columns = new Columns("GROUP", "TOPIC", "PARTITION", "NEW-OFFSET");
        foreach (JsonNode? offset in offsets)
        {
            columns.Add(group, offset!["topic"], offset["partition"], offset["offset"]);
        }
        columns.WriteTo(call.Out);
    }

    private static void RequireOneTarget(Invocation call)
    {
        bool[] given = [call.Value(ToEarliest), call.Value(ToLatest), call.Value(ToOffset) is not null, call.Value(ToDatetime) is not null, call.Value(ShiftBy) is not null];
        if (given.Count(isGiven => isGiven) != 1)
        {
            throw CliException.Usage("Give one of --to-earliest, --to-latest, --to-offset, --to-datetime and --shift-by.");
        }
    }

    private static async Task<long> TargetOfAsync(Invocation call, string topic, int partition, long? current)
    {
        if (call.Value(ToEarliest) || call.Value(ToLatest) || call.Value(ToDatetime) is not null)
        {
            return await TopicCommands.FindOffsetAsync(call, topic, partition, call.Value(ToEarliest) ? "earliest" : call.Value(ToLatest) ? "latest" : TopicCommands.TimeOf(call.Value(ToDatetime)!));
        }
        long wanted = call.Value(ToOffset) ?? (current + call.Value(ShiftBy)) ?? throw new CliException(ExitCodes.Refused, $"The group has no offset for {topic}-{partition} that could be shifted.");
        // As Kafka's tool does: what lies outside the log becomes its start or end.
        long earliest = await TopicCommands.FindOffsetAsync(call, topic, partition, "earliest");
        long latest = await TopicCommands.FindOffsetAsync(call, topic, partition, "latest");
        return Math.Clamp(wanted, earliest, latest);
    }

    private static async Task<IReadOnlyList<(string Topic, int Partition)>> PartitionsOfAsync(Invocation call, IEnumerable<(string Topic, int Partition)> committed)
    {
        if (call.Value(Topics) is not { Length: > 0 } named)
        {
            return [.. committed.Order()];
        }
        var partitions = new List<(string, int)>();
        foreach (string text in named)
        {
            string[] parts = text.Split(':', 2);
            partitions.AddRange(parts.Length == 1
                ? (await TopicCommands.ListPartitionsAsync(call, text)).Select(partition => (text, partition))
                : parts[1].Split(',').Select(number => int.TryParse(number, out int partition) ? (parts[0], partition) : throw CliException.Usage($"--topic takes topic or topic:0,2, not '{text}'.")));
        }
        return partitions;
    }

    private static async Task<int> DeleteAsync(Invocation call)
    {
        string group = call.Value(Group);
        await call.Gateway.SendAsync(HttpMethod.Delete, $"/v1/groups/{Gateway.Escape(group)}", null, call.Stop);
        call.Print(new JsonObject { ["deleted"] = group }, $"Deleted group {group}.");
        return ExitCodes.Done;
    }

    private static JsonArray Pick(JsonArray elements, params string[] members) =>
        [.. elements.Select(element => new JsonObject(members.Select(member => KeyValuePair.Create(member, element![member]?.DeepClone()))))];
}
