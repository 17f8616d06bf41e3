using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using StreamCoord.Gateway.Http.Description;
using StreamCoord.Gateway.Http.Resources;

namespace StreamCoord.Gateway.Http;

/// <summary>Every path of the gateway, its handler and its description.</summary>
internal static class Endpoints
{
    private const string Json = "application/json";
    private const string Clusters = "/v3/clusters";
    private const string Topics = "/v3/clusters/{cluster}/topics";
    private const string Topic = "/v3/clusters/{cluster}/topics/{topic}";

    /// <summary>Reading, following and importing records.</summary>
    public static void MapRecords(this IEndpointRouteBuilder routes)
    {
        RecordPageResource pages = routes.ServiceProvider.GetRequiredService<RecordPageResource>();
        RecordStreamResource streams = routes.ServiceProvider.GetRequiredService<RecordStreamResource>();
        RecordImportResource imports = routes.ServiceProvider.GetRequiredService<RecordImportResource>();
        routes.Map("GET", "/v1/topics/{topic}/partitions/{partition}/records", pages.GetAsync, "Records", "A page of records",
            new ApiParameter("offset", "query", "Where to begin: a number, 'earliest' (default) or 'latest'."),
            new ApiParameter("max_bytes", "query", "About how much of the log to read: 1 to 16777216, 1048576 by default; always at least one batch."),
            new ApiParameter("max_wait_ms", "query", "How long to wait for a record when there is none: 0 (default) to 30000."),
            new ApiAnswer(StatusCodes.Status200OK, Json, "The records, where to go on (next_offset), and the end of what can be read (high_watermark)."));
        routes.Map("GET", "/v1/topics/{topic}/records:stream", streams.GetAsync, "Records", "Follow a topic live, all partitions, as server-sent events",
            new ApiParameter("from", "query", "'latest' (default) or 'earliest'."),
            new ApiParameter("Last-Event-ID", "header", "The id of the last event received; the stream goes on behind it."),
            new ApiAnswer(StatusCodes.Status200OK, "text/event-stream", "One unnamed event per record, with the record as JSON."));
        var lines = new ApiBody(["text/plain", "application/x-ndjson"],
            "One record per line: the line itself, or with application/x-ndjson an object with key, value, headers, timestamp and partition.");
        var imported = new ApiAnswer(StatusCodes.Status200OK, Json, "How many records are durable, and their offsets by partition.");
        routes.Map("PUT", "/v1/topics/{topic}/records:import", imports.PutAsync, "Records", "Import a file, one record per line", lines, imported, RequestLimits.StreamedBody.Instance);
        routes.Map("POST", "/v1/topics/{topic}/records:import", imports.PutAsync, "Records", "Import a file, one record per line", lines, imported, RequestLimits.StreamedBody.Instance);
    }

    /// <summary>Clusters, topics, partitions and configurations.</summary>
    public static void MapTopics(this IEndpointRouteBuilder routes)
    {
        ClusterResource clusters = routes.ServiceProvider.GetRequiredService<ClusterResource>();
        TopicResource topics = routes.ServiceProvider.GetRequiredService<TopicResource>();
        TopicConfigResource configs = routes.ServiceProvider.GetRequiredService<TopicConfigResource>();
        var ok = new ApiAnswer(StatusCodes.Status200OK, Json, "The resource.");
        var done = new ApiAnswer(StatusCodes.Status204NoContent, null, "Done, durably.");
        routes.Map("GET", Clusters, clusters.ListAsync, "Clusters", "List the clusters: this one", ok);
        routes.Map("GET", Clusters + "/{cluster}", clusters.GetAsync, "Clusters", "Describe the cluster", ok);
        routes.Map("GET", Topics, topics.ListAsync, "Topics", "List the topics", ok);
        routes.Map("POST", Topics, topics.CreateAsync, "Topics", "Create a topic, or with validate_only see whether it could be",
            new ApiBody([Json], "topic_name, partitions_count, replication_factor, configs [{name, value}], validate_only."),
            new ApiAnswer(StatusCodes.Status201Created, Json, "The topic; 200 with validate_only."));
        routes.Map("GET", Topic, topics.GetAsync, "Topics", "Describe a topic", ok);
        routes.Map("PATCH", Topic, topics.UpdateAsync, "Topics", "Raise the number of partitions", new ApiBody([Json], "partitions_count."), ok);
        routes.Map("DELETE", Topic, topics.DeleteAsync, "Topics", "Delete a topic and its records", done);
        routes.Map("GET", Topic + "/partitions", topics.ListPartitionsAsync, "Topics", "List a topic's partitions", ok);
        routes.Map("GET", Topic + "/partitions/{partition}", topics.GetPartitionAsync, "Topics", "Describe a partition", ok);
        routes.Map("GET", Topic + "/configs", configs.ListAsync, "Configs", "List a topic's configurations", ok);
        routes.Map("POST", Topic + "/configs:alter", configs.AlterAsync, "Configs", "Change several configurations, all or none",
            new ApiBody([Json], "data [{name, value, operation SET or DELETE}], validate_only."), done);
        routes.Map("GET", Topic + "/configs/{config}", configs.GetAsync, "Configs", "Describe a configuration", ok);
        routes.Map("PUT", Topic + "/configs/{config}", configs.PutAsync, "Configs", "Set a configuration", new ApiBody([Json], "value."), done);
        routes.Map("DELETE", Topic + "/configs/{config}", configs.DeleteAsync, "Configs", "Set a configuration back to its default", done);
    }

    /// <summary>Produce.</summary>
    public static void MapProduce(this IEndpointRouteBuilder routes)
    {
        ProduceResource produce = routes.ServiceProvider.GetRequiredService<ProduceResource>();
        ProduceBatchResource batch = routes.ServiceProvider.GetRequiredService<ProduceBatchResource>();
        routes.Map("POST", Topic + "/records", produce.PostAsync, "Produce", "Produce a record, or a stream of concatenated records",
            new ApiBody([Json], "partition_id, headers [{name, value in base64}], key and value {type BINARY, JSON or STRING; data}, timestamp."),
            new ApiAnswer(StatusCodes.Status200OK, Json, "One report per record, in order, each with an error_code of its own; 200 is success."),
            RequestLimits.StreamedBody.Instance);
        routes.Map("POST", Topic + "/records:batch", batch.PostAsync, "Produce", "Produce several records with ids",
            new ApiBody([Json], "entries: records as above, each with an id."),
            new ApiAnswer(StatusCodes.Status207MultiStatus, Json, "The entries that are durable (successes) and those that are not (failures)."));
    }

    private static void Map(
        this IEndpointRouteBuilder routes, string method, string pattern, RequestDelegate handler, string tag, string summary, params object[] metadata) =>
        routes.MapMethods(pattern, [method], handler)
            .WithTags(tag)
            .WithSummary(summary)
            .WithMetadata([.. metadata, handler.Method]);
}
