using System.CommandLine;
using System.Text.Json.Nodes;
using StreamCoord.Cli.Output;

namespace StreamCoord.Cli.Commands;

/// <summary>The cluster as a whole.</summary>
internal static class ClusterCommands
{
    private static readonly string[] BrokerMembers = ["broker_id", "host", "port", "rack", "leaders", "replicas"];
    private static readonly Argument<int> Broker = new("broker") { Description = "The broker's number." };
    private static readonly Argument<FileInfo> File = new("file") { Description = "Where the backup goes; it must not be there." };

    public static CommandGroup All() => new("cluster", "The cluster and its brokers.",
    [
        (new Command("status", "Show the brokers, and which partitions lack a leader or copies. Exits with 1 when some do."), ShowStatusAsync),
        (new Command("drain", "Move everything that a broker keeps to others, before it is stopped for good; again to see how much is left.") { Broker }, DrainAsync),
        (new Command("backup", "Write everything at one point in time to a file, while the cluster serves.") { File }, BackUpAsync),
    ]);

    private static async Task<int> ShowStatusAsync(Invocation call)
    {
        JsonArray brokers = await call.ListClusterAsync("/brokers");
        var replicas = new List<JsonNode>();
        foreach (JsonNode? broker in brokers)
        {
            JsonArray own = await call.ListClusterAsync($"/brokers/{broker!["broker_id"]}/partition-replicas");
            broker["leaders"] = own.Count(replica => (bool)replica!["is_leader"]!);
            broker["replicas"] = own.Count;
            replicas.AddRange(own!);
        }
        var partitions = replicas.GroupBy(replica => (Topic: (string)replica["topic_name"]!, Partition: (int)replica["partition_id"]!)).ToList();
        string[] offline = NamesOf(partitions.Where(partition => !partition.Any(replica => (bool)replica["is_leader"]!)).Select(partition => partition.Key));
        string[] underReplicated = NamesOf(partitions.Where(partition => partition.Any(replica => !(bool)replica["is_in_sync"]!)).Select(partition => partition.Key));
        var status = new JsonObject
        {
            ["cluster_id"] = brokers.Count > 0 ? brokers[0]!["cluster_id"]?.DeepClone() : null,
            ["brokers"] = new JsonArray([.. brokers.Select(broker => new JsonObject(
                BrokerMembers.Select(member => KeyValuePair.Create(member, broker![member]?.DeepClone()))))]),
            ["partition_count"] = partitions.Count,
            ["offline_partitions"] = ToArray(offline),
            ["under_replicated_partitions"] = ToArray(underReplicated),
        };
        call.Print(status, () => Print(call.Out, status, offline, underReplicated));
        return offline.Length + underReplicated.Length == 0 ? ExitCodes.Done : ExitCodes.Refused;
    }

    private static void Print(TextWriter writer, JsonNode status, string[] offline, string[] underReplicated)
    {
        writer.WriteLine($"Cluster {status["cluster_id"]}: {status["partition_count"]} partitions, {offline.Length} without a leader, {underReplicated.Length} under-replicated");
        var columns = new Columns("BROKER", "ADDRESS", "RACK", "LEADERS", "REPLICAS");
        foreach (JsonNode? broker in status["brokers"]!.AsArray())
        {
            columns.Add(broker!["broker_id"], $"{broker["host"]}:{broker["port"]}", broker["rack"], broker["leaders"], broker["replicas"]);
        }
        columns.WriteTo(writer);
        Array.ForEach(offline, name => writer.WriteLine($"without a leader: {name}"));
        Array.ForEach(underReplicated, name => writer.WriteLine($"under-replicated: {name}"));
    }

    private static async Task<int> DrainAsync(Invocation call)
    {
        JsonNode reply = (await call.Gateway.SendAsync(HttpMethod.Post, $"/v1/brokers/{call.Value(Broker)}/drain", null, call.Stop))!;
        call.Print(reply, $"Broker {reply["broker_id"]} still keeps {reply["partitions_left"]} partitions.");
        return ExitCodes.Done;
    }

    private static async Task<int> BackUpAsync(Invocation call)
    {
        FileInfo file = call.Value(File);
        using HttpResponseMessage response = await call.Gateway.OpenAsync(HttpMethod.Post, "/v1/backups", call.Stop);
        await using (FileStream target = file.Open(FileMode.CreateNew, FileAccess.Write))
        {
            try
            {
                await response.Content.CopyToAsync(target, call.Stop);
            }
            catch
            {
                // Half a backup would look like one.
                file.Delete();
                throw;
            }
        }
        file.Refresh();
        string zxid = response.Headers.TryGetValues("X-Zxid", out IEnumerable<string>? values) ? values.First() : "";
        call.Print(new JsonObject { ["file"] = file.FullName, ["size_bytes"] = file.Length, ["zxid"] = zxid }, $"Wrote {file.Length} bytes to {file.FullName}, as of zxid {zxid}.");
        return ExitCodes.Done;
    }

    private static string[] NamesOf(IEnumerable<(string Topic, int Partition)> partitions) => [.. partitions.Order().Select(partition => $"{partition.Topic}-{partition.Partition}")];

    private static JsonArray ToArray(IEnumerable<string> names) => [.. names.Select(name => JsonValue.Create(name))];
}
