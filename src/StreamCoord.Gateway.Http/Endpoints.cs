using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using StreamCoord.Gateway.Http.Access;
using StreamCoord.Gateway.Http.Description;
using StreamCoord.Gateway.Http.Resources;
using StreamCoord.Security;

namespace StreamCoord.Gateway.Http;

/// <summary>Every path of the gateway, its handler and its description.</summary>
internal static class Endpoints
{
    private const string Json = "application/json";
    private const string Clusters = "/v3/clusters";
    private const string Topics = "/v3/clusters/{cluster}/topics";
    private const string Topic = "/v3/clusters/{cluster}/topics/{topic}";
    private const string ZNode = "/v1/znodes/{**path}";
    private const string Session = "/v1/sessions/{session}";

    /// <summary>How every request for the tree says who asks.</summary>
    private static readonly object[] Identity =
    [
        new ApiParameter("session", "query", "The session on whose behalf this is done, 0x…; a sign of life for it."),
        new ApiParameter("X-Session-Password", "header", "The session's password, in base64."),
        new ApiParameter("Authorization", "header", "Basic: the user and password of ZooKeeper's scheme digest."),
    ];

    /// <summary>Reading, following and importing records.</summary>
    public static void MapRecords(this IEndpointRouteBuilder routes)
    {
        RecordPageResource pages = routes.ServiceProvider.GetRequiredService<RecordPageResource>();
        RecordStreamResource streams = routes.ServiceProvider.GetRequiredService<RecordStreamResource>();
        RecordImportResource imports = routes.ServiceProvider.GetRequiredService<RecordImportResource>();
        routes.Map("GET", "/v1/topics/{topic}/partitions/{partition}/records", pages.GetAsync, "Records", "A page of records", new TopicNeeds(AclOperation.Read),
            new ApiParameter("offset", "query", "Where to begin: a number, 'earliest' (default) or 'latest'."),
            new ApiParameter("max_bytes", "query", "About how much of the log to read: 1 to 16777216, 1048576 by default; always at least one batch."),
            new ApiParameter("max_wait_ms", "query", "How long to wait for a record when there is none: 0 (default) to 30000."),
            new ApiAnswer(StatusCodes.Status200OK, Json, "The records, where to go on (next_offset), and the end of what can be read (high_watermark)."));
        routes.Map("GET", "/v1/topics/{topic}/records:stream", streams.GetAsync, "Records", "Follow a topic live, all partitions, as server-sent events", new TopicNeeds(AclOperation.Read),
            new ApiParameter("from", "query", "'latest' (default) or 'earliest'."),
            new ApiParameter("Last-Event-ID", "header", "The id of the last event received; the stream goes on behind it."),
            new ApiAnswer(StatusCodes.Status200OK, "text/event-stream", "One unnamed event per record, with the record as JSON."));
        var lines = new ApiBody(["text/plain", "application/x-ndjson"],
            "One record per line: the line itself, or with application/x-ndjson an object with key, value, headers, timestamp and partition.");
        var imported = new ApiAnswer(StatusCodes.Status200OK, Json, "How many records are durable, and their offsets by partition.");
        routes.Map("PUT", "/v1/topics/{topic}/records:import", imports.PutAsync, "Records", "Import a file, one record per line", lines, imported, RequestLimits.StreamedBody.Instance, new TopicNeeds(AclOperation.Write));
        routes.Map("POST", "/v1/topics/{topic}/records:import", imports.PutAsync, "Records", "Import a file, one record per line", lines, imported, RequestLimits.StreamedBody.Instance, new TopicNeeds(AclOperation.Write));
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
        routes.Map("GET", Topic, topics.GetAsync, "Topics", "Describe a topic", new TopicNeeds(AclOperation.Describe), ok);
        routes.Map("PATCH", Topic, topics.UpdateAsync, "Topics", "Raise the number of partitions", new TopicNeeds(AclOperation.Alter), new ApiBody([Json], "partitions_count."), ok);
        routes.Map("DELETE", Topic, topics.DeleteAsync, "Topics", "Delete a topic and its records", new TopicNeeds(AclOperation.Delete), done);
        routes.Map("GET", Topic + "/partitions", topics.ListPartitionsAsync, "Topics", "List a topic's partitions", new TopicNeeds(AclOperation.Describe), ok);
        routes.Map("GET", Topic + "/partitions/{partition}", topics.GetPartitionAsync, "Topics", "Describe a partition", new TopicNeeds(AclOperation.Describe), ok);
        routes.Map("GET", Topic + "/configs", configs.ListAsync, "Configs", "List a topic's configurations", new TopicNeeds(AclOperation.DescribeConfigs), ok);
        routes.Map("POST", Topic + "/configs:alter", configs.AlterAsync, "Configs", "Change several configurations, all or none", new TopicNeeds(AclOperation.AlterConfigs),
            new ApiBody([Json], "data [{name, value, operation SET or DELETE}], validate_only."), done);
        routes.Map("GET", Topic + "/configs/{config}", configs.GetAsync, "Configs", "Describe a configuration", new TopicNeeds(AclOperation.DescribeConfigs), ok);
        routes.Map("PUT", Topic + "/configs/{config}", configs.PutAsync, "Configs", "Set a configuration", new TopicNeeds(AclOperation.AlterConfigs), new ApiBody([Json], "value."), done);
        routes.Map("DELETE", Topic + "/configs/{config}", configs.DeleteAsync, "Configs", "Set a configuration back to its default", new TopicNeeds(AclOperation.AlterConfigs), done);
    }

    /// <summary>Produce.</summary>
    public static void MapProduce(this IEndpointRouteBuilder routes)
    {
        ProduceResource produce = routes.ServiceProvider.GetRequiredService<ProduceResource>();
        ProduceBatchResource batch = routes.ServiceProvider.GetRequiredService<ProduceBatchResource>();
        routes.Map("POST", Topic + "/records", produce.PostAsync, "Produce", "Produce a record, or a stream of concatenated records", new TopicNeeds(AclOperation.Write),
            new ApiBody([Json], "partition_id, headers [{name, value in base64}], key and value {type BINARY, JSON or STRING; data}, timestamp."),
            new ApiAnswer(StatusCodes.Status200OK, Json, "One report per record, in order, each with an error_code of its own; 200 is success."),
            RequestLimits.StreamedBody.Instance);
        routes.Map("POST", Topic + "/records:batch", batch.PostAsync, "Produce", "Produce several records with ids", new TopicNeeds(AclOperation.Write),
            new ApiBody([Json], "entries: records as above, each with an id."),
            new ApiAnswer(StatusCodes.Status207MultiStatus, Json, "The entries that are durable (successes) and those that are not (failures)."));
    }

    /// <summary>The znode tree and its sessions.</summary>
    public static void MapZNodes(this IEndpointRouteBuilder routes)
    {
        ZNodeResource znodes = routes.ServiceProvider.GetRequiredService<ZNodeResource>();
        ZNodeMultiResource multi = routes.ServiceProvider.GetRequiredService<ZNodeMultiResource>();
        object[] reading =
        [
            new ApiParameter("view", "query", "Without it the data and the Stat; 'stat', 'children' or 'acl' for these; 'watch' for a stream of server-sent events."),
            new ApiParameter("min_zxid", "query", "Wait until this silo has applied that transaction, such as 0x100000002; 503 when it has not within 10 s."),
            new ApiParameter("sync", "query", "'true': see everything that was committed anywhere before the request."),
            .. Identity,
        ];
        var version = new ApiParameter("If-Match", "header", "The version that the znode must have, such as \"3\"; any without it.");
        var acl = new ApiParameter("acl", "query",
            "Access control entries scheme:id:permissions with letters of cdrwa, separated by commas or repeated; world:anyone:cdrwa by default.");
        var data = new ApiBody(["application/octet-stream"], "The data as it is, whatever its content type.");
        routes.Map("GET", ZNode, znodes.GetAsync, "Znodes", "Read or watch a znode",
            [
                .. reading,
                new ApiParameter("mode", "query", "With view=watch: 'data' (default), 'children' or 'recursive'."),
                new ApiParameter("Last-Event-ID", "header", "With view=watch: the id of the last event received; the stream goes on behind it, or 410 when that is too long ago."),
                new ApiAnswer(StatusCodes.Status200OK, Json, "The znode. The ETag is its version, X-Zxid the newest transaction that the answer shows."),
            ]);
        routes.Map("HEAD", ZNode, znodes.GetAsync, "Znodes", "See whether a znode exists, and its version",
            [.. reading, new ApiAnswer(StatusCodes.Status200OK, null, "It exists. The ETag is its version.")]);
        routes.Map("POST", ZNode, znodes.CreateAsync, "Znodes", "Create a znode",
            [
                new ApiParameter("mode", "query",
                    "'persistent' (default), 'ephemeral', 'persistent_sequential', 'ephemeral_sequential', 'container', 'ttl' or 'ttl_sequential'."),
                new ApiParameter("ttl_ms", "query", "For the two ttl modes: after how long unchanged and without children it is deleted."),
                acl, .. Identity, data,
                new ApiAnswer(StatusCodes.Status201Created, Json, "Its path, also as Location, and its Stat."),
            ]);
        routes.Map("PUT", ZNode, znodes.SetAsync, "Znodes", "Set a znode's data, or with view=acl its access control list",
            [
                new ApiParameter("view", "query", "'acl': set the access control list that the parameter acl gives; there is no body then, and If-Match takes the aversion."),
                version, acl, .. Identity, data, new ApiAnswer(StatusCodes.Status200OK, Json, "Its Stat afterwards."),
            ]);
        routes.Map("DELETE", ZNode, znodes.DeleteAsync, "Znodes", "Delete a znode without children",
            [version, .. Identity, new ApiAnswer(StatusCodes.Status204NoContent, null, "Done, durably.")]);
        routes.Map("POST", "/v1/znodes:multi", multi.PostAsync, "Znodes", "Carry out several changes, all or none",
            [
                .. Identity,
                new ApiBody([Json], "ops: [{op: create, set, delete or check; path; data_base64; version; for create mode, ttl_ms and acl: [scheme:id:permissions]}]."),
                new ApiAnswer(StatusCodes.Status200OK, Json, "results, one for each operation, with paths and Stats. A refusal lists the code of each operation."),
            ]);
        routes.MapSessions();
    }

    private static void MapSessions(this IEndpointRouteBuilder routes)
    {
        SessionResource sessions = routes.ServiceProvider.GetRequiredService<SessionResource>();
        ApiParameter password = Identity.OfType<ApiParameter>().Single(parameter => parameter.Name == "X-Session-Password");
        routes.Map("POST", "/v1/sessions", sessions.OpenAsync, "Sessions", "Open a session",
            new ApiBody([Json], "timeout_ms: after how long without a sign of life it may end; the silo bounds it. 30000 with an empty body."),
            new ApiAnswer(StatusCodes.Status201Created, Json, "Its id, also as Location, its password in base64 and the timeout it got."));
        routes.Map("GET", Session, sessions.GetAsync, "Sessions", "Describe a session: its ephemeral znodes", password,
            new ApiAnswer(StatusCodes.Status200OK, Json, "The session. This, too, is a sign of life."));
        routes.Map("PUT", Session, sessions.HeartbeatAsync, "Sessions", "Give a sign of life", password, new ApiAnswer(StatusCodes.Status200OK, Json, "It lives."));
        routes.Map("DELETE", Session, sessions.CloseAsync, "Sessions", "End a session and delete its ephemeral znodes", password,
            new ApiAnswer(StatusCodes.Status204NoContent, null, "Done, durably."));
    }

    /// <summary>One path and method.</summary>
    public static void Map(
        this IEndpointRouteBuilder routes, string method, string pattern, RequestDelegate handler, string tag, string summary, params object[] metadata) =>
        routes.MapMethods(pattern, [method], handler)
            .WithTags(tag)
            .WithSummary(summary)
            .WithMetadata([.. metadata, handler.Method]);
}
