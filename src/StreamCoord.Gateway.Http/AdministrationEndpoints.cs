using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using StreamCoord.Gateway.Http.Access;
using StreamCoord.Gateway.Http.Description;
using StreamCoord.Gateway.Http.Resources;
using StreamCoord.Security;

namespace StreamCoord.Gateway.Http;

/// <summary>The paths of v3 around topics: brokers, replicas, reassignments, groups; and of backups.</summary>
internal static class AdministrationEndpoints
{
    private const string Json = "application/json";
    private const string Cluster = "/v3/clusters/{cluster}";
    private const string Broker = Cluster + "/brokers/{broker}";
    private const string Partition = Cluster + "/topics/{topic}/partitions/{partition}";
    private const string Group = Cluster + "/consumer-groups/{group}";

    private static readonly ApiAnswer Ok = new(StatusCodes.Status200OK, Json, "The resource.");
    private static readonly ApiAnswer Drained = new(StatusCodes.Status200OK, Json, "broker_id, and partitions_left: how many partitions it still keeps. At 0 it can be stopped; then the same once more takes it off the znode tree's list.");
    private static readonly ApiAnswer Refused = new(StatusCodes.Status204NoContent, null, "Never: it is refused with 40002, because the options of a broker's process cannot be changed while it runs.");

    /// <summary>Brokers and their configurations.</summary>
    public static void MapBrokers(this IEndpointRouteBuilder routes)
    {
        BrokerResource brokers = routes.ServiceProvider.GetRequiredService<BrokerResource>();
        BrokerConfigResource configs = routes.ServiceProvider.GetRequiredService<BrokerConfigResource>();
        var change = new ApiBody([Json], "value, or data [{name, value, operation}].");
        routes.Map("GET", Cluster + "/brokers", brokers.ListAsync, "Brokers", "List the brokers", new ClusterNeeds(AclOperation.Describe), Ok);
        routes.Map("GET", Broker, brokers.GetAsync, "Brokers", "Describe a broker", new ClusterNeeds(AclOperation.Describe), Ok);
        routes.Map("GET", Broker + "/partition-replicas", brokers.ListReplicasAsync, "Brokers", "List the replicas that a broker keeps", new ClusterNeeds(AclOperation.Describe), Ok);
        routes.Map("POST", "/v1/brokers/{broker}/drain", routes.ServiceProvider.GetRequiredService<DrainResource>().PostAsync, "Brokers",
            "Move everything that a broker keeps to others, before it is stopped for good; again to see how much is left", new ClusterNeeds(AclOperation.Alter), Drained);
        routes.Map("GET", Cluster + "/brokers/-/configs", configs.ListAllAsync, "Brokers", "List the configurations of all brokers", new ClusterNeeds(AclOperation.DescribeConfigs), Ok);
        routes.Map("GET", Broker + "/configs", configs.ListAsync, "Brokers", "List the configurations of a broker", new ClusterNeeds(AclOperation.DescribeConfigs), Ok);
        routes.Map("POST", Broker + "/configs:alter", configs.RefuseAsync, "Brokers", "Change configurations of a broker", new ClusterNeeds(AclOperation.AlterConfigs), change, Refused);
        routes.Map("GET", Broker + "/configs/{config}", configs.GetAsync, "Brokers", "Describe a configuration of a broker", new ClusterNeeds(AclOperation.DescribeConfigs), Ok);
        routes.Map("PUT", Broker + "/configs/{config}", configs.RefuseAsync, "Brokers", "Set a configuration of a broker", new ClusterNeeds(AclOperation.AlterConfigs), change, Refused);
        routes.Map("DELETE", Broker + "/configs/{config}", configs.RefuseAsync, "Brokers", "Set a configuration of a broker back", new ClusterNeeds(AclOperation.AlterConfigs), Refused);
        routes.Map("GET", Cluster + "/broker-configs", configs.ListClusterWideAsync, "Brokers", "List the configurations that all brokers share and that can be changed: none", new ClusterNeeds(AclOperation.DescribeConfigs), Ok);
        routes.Map("POST", Cluster + "/broker-configs:alter", configs.RefuseClusterWideAsync, "Brokers", "Change configurations of all brokers", new ClusterNeeds(AclOperation.AlterConfigs), change, Refused);
        routes.Map("GET", Cluster + "/broker-configs/{config}", configs.GetClusterWideAsync, "Brokers", "Describe a configuration that all brokers share: always 404", new ClusterNeeds(AclOperation.DescribeConfigs), Ok);
        routes.Map("PUT", Cluster + "/broker-configs/{config}", configs.RefuseClusterWideAsync, "Brokers", "Set a configuration of all brokers", new ClusterNeeds(AclOperation.AlterConfigs), change, Refused);
        routes.Map("DELETE", Cluster + "/broker-configs/{config}", configs.RefuseClusterWideAsync, "Brokers", "Set a configuration of all brokers back", new ClusterNeeds(AclOperation.AlterConfigs), Refused);
    }

    /// <summary>Backups.</summary>
    public static void MapBackups(this IEndpointRouteBuilder routes) => routes.Map(
        "POST", "/v1/backups", routes.ServiceProvider.GetRequiredService<BackupResource>().PostAsync, "Backups", "Take a backup of everything at one point in time, while the cluster serves", new ClusterNeeds(AclOperation.Alter),
        new ApiAnswer(StatusCodes.Status200OK, "application/x-tar", "A data directory that a silo can be started on, with the last transaction of the tree in the header X-Zxid. 503 when another one is being begun, or not everything can be reached; broken off when something cannot be read."));

    /// <summary>Replicas, offsets and reassignments of partitions.</summary>
    public static void MapReplicas(this IEndpointRouteBuilder routes)
    {
        ReplicaResource replicas = routes.ServiceProvider.GetRequiredService<ReplicaResource>();
        ReassignmentResource reassignments = routes.ServiceProvider.GetRequiredService<ReassignmentResource>();
        TopicConfigResource configs = routes.ServiceProvider.GetRequiredService<TopicConfigResource>();
        routes.Map("GET", Partition + "/offset", replicas.GetOffsetAsync, "Topics", "Where a partition begins and ends", new TopicNeeds(AclOperation.Describe), Ok);
        routes.Map("GET", Partition + "/replicas", replicas.ListAsync, "Topics", "List a partition's replicas", new TopicNeeds(AclOperation.Describe), Ok);
        routes.Map("GET", Partition + "/replicas/{broker}", replicas.GetAsync, "Topics", "Describe a replica", new TopicNeeds(AclOperation.Describe), Ok);
        routes.Map("GET", Partition + "/reassignment", reassignments.GetAsync, "Topics", "Describe a partition's reassignment: 404 when its replicas are not being moved", new ClusterNeeds(AclOperation.Describe), Ok);
        routes.Map("GET", Cluster + "/topics/{topic}/partitions/-/reassignment", reassignments.ListAsync, "Topics", "List a topic's reassignments", new ClusterNeeds(AclOperation.Describe), Ok);
        routes.Map("GET", Cluster + "/topics/-/partitions/-/reassignment", reassignments.ListAllAsync, "Topics", "List all reassignments", new ClusterNeeds(AclOperation.Describe), Ok);
        PartitionInspectionResource inspection = routes.ServiceProvider.GetRequiredService<PartitionInspectionResource>();
        routes.Map("GET", "/v1/topics/{topic}/partitions/{partition}/offset", inspection.FindOffsetAsync, "Topics", "Which offset belongs to a time: that of the first record which is not older, else the end", new TopicNeeds(AclOperation.Describe),
            new ApiParameter("at", "query", "Milliseconds since 1970, 'earliest' or 'latest' (default)."), new ApiAnswer(StatusCodes.Status200OK, Json, "topic, partition, offset."));
        routes.Map("GET", "/v1/topics/{topic}/partitions/{partition}/verification", inspection.VerifyAsync, "Topics", "Read and check every byte of a partition's log, on its leader", new TopicNeeds(AclOperation.Describe),
            new ApiAnswer(StatusCodes.Status200OK, Json, "batches, size_bytes, and damage: [{from_offset, to_offset, file, position_bytes, reason}], empty when all is sound."));
        routes.Map("GET", Cluster + "/topics/-/configs", configs.ListAllAsync, "Configs", "List the configurations of all topics", Ok);
    }

    /// <summary>Groups, their members and what they have not read yet.</summary>
    public static void MapGroups(this IEndpointRouteBuilder routes)
    {
        ConsumerGroupResource groups = routes.ServiceProvider.GetRequiredService<ConsumerGroupResource>();
        ConsumerLagResource lags = routes.ServiceProvider.GetRequiredService<ConsumerLagResource>();
        routes.Map("GET", Cluster + "/consumer-groups", groups.ListAsync, "Consumer groups", "List the groups", Ok);
        routes.Map("GET", Group, groups.GetAsync, "Consumer groups", "Describe a group", new GroupNeeds(AclOperation.Describe), Ok);
        routes.Map("GET", Group + "/consumers", groups.ListConsumersAsync, "Consumer groups", "List a group's members", new GroupNeeds(AclOperation.Describe), Ok);
        routes.Map("GET", Group + "/consumers/{consumer}", groups.GetConsumerAsync, "Consumer groups", "Describe a member", new GroupNeeds(AclOperation.Describe), Ok);
        routes.Map("GET", Group + "/consumers/{consumer}/assignments", groups.ListAssignmentsAsync, "Consumer groups", "List the partitions that a member reads", new GroupNeeds(AclOperation.Describe), Ok);
        routes.Map("GET", Group + "/consumers/{consumer}/assignments/{topic}/partitions/{partition}", groups.GetAssignmentAsync, "Consumer groups", "Describe a partition that a member reads", new GroupNeeds(AclOperation.Describe), Ok);
        routes.Map("GET", Group + "/lag-summary", lags.SummariseAsync, "Consumer groups", "What a group has not read yet, in sum", new GroupNeeds(AclOperation.Describe), Ok);
        routes.Map("GET", Group + "/lags", lags.ListAsync, "Consumer groups", "What a group has not read yet, by partition", new GroupNeeds(AclOperation.Describe), Ok);
        routes.Map("GET", Group + "/lags/{topic}/partitions/{partition}", lags.GetAsync, "Consumer groups", "What a group has not read yet of a partition", new GroupNeeds(AclOperation.Describe), Ok);
        GroupChangeResource changes = routes.ServiceProvider.GetRequiredService<GroupChangeResource>();
        routes.Map("POST", "/v1/groups/{group}/offsets", changes.SetOffsetsAsync, "Consumer groups", "Set where a group without members goes on", new GroupNeeds(AclOperation.Read),
            new ApiBody([Json], "offsets [{topic, partition, offset}]: the next ones to read."), new ApiAnswer(StatusCodes.Status204NoContent, null, "Done, durably."));
        routes.Map("DELETE", "/v1/groups/{group}", changes.DeleteAsync, "Consumer groups", "Delete a group without members, and its offsets", new GroupNeeds(AclOperation.Delete), new ApiAnswer(StatusCodes.Status204NoContent, null, "Done, durably."));
    }

    /// <summary>Access control lists.</summary>
    public static void MapAcls(this IEndpointRouteBuilder routes)
    {
        AclResource acls = routes.ServiceProvider.GetRequiredService<AclResource>();
        ApiParameter[] filter =
        [
            new("resource_type", "query", "TOPIC, GROUP, CLUSTER, TRANSACTIONAL_ID, DELEGATION_TOKEN, USER or ANY; to delete, it must be given."),
            new("resource_name", "query", "The name of the resource; every one without it."),
            new("pattern_type", "query", "LITERAL, PREFIXED, MATCH (whatever applies to the name) or ANY; to delete, it must be given."),
            new("principal", "query", "Who, as User:name; everybody without it."),
            new("host", "query", "From which address; every one without it."),
            new("operation", "query", "READ, WRITE, CREATE, DELETE, ALTER, DESCRIBE, CLUSTER_ACTION, DESCRIBE_CONFIGS, ALTER_CONFIGS, IDEMPOTENT_WRITE, ALL or ANY; to delete, it must be given."),
            new("permission", "query", "ALLOW, DENY or ANY; to delete, it must be given."),
        ];
        const string Members = "resource_type, resource_name, pattern_type, principal, host, operation, permission";
        var created = new ApiAnswer(StatusCodes.Status201Created, null, "They are in force, durably.");
        routes.Map("GET", Cluster + "/acls", acls.ListAsync, "ACLs", "List access control lists", [new ClusterNeeds(AclOperation.Describe), .. filter, Ok]);
        routes.Map("POST", Cluster + "/acls", acls.CreateAsync, "ACLs", "Create an access control list", new ClusterNeeds(AclOperation.Alter), new ApiBody([Json], $"{Members}."), created);
        routes.Map("POST", Cluster + "/acls:batch", acls.CreateBatchAsync, "ACLs", "Create several access control lists", new ClusterNeeds(AclOperation.Alter), new ApiBody([Json], $"data [{{{Members}}}]."), created);
        routes.Map("DELETE", Cluster + "/acls", acls.DeleteAsync, "ACLs", "Delete the access control lists that a filter matches",
            [new ClusterNeeds(AclOperation.Alter), .. filter, new ApiAnswer(StatusCodes.Status200OK, Json, "data: those that were deleted.")]);
    }
}
