using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using StreamCoord.Gateway.Http.Description;
using StreamCoord.Gateway.Http.Resources;

namespace StreamCoord.Gateway.Http;

/// <summary>The paths of v3 around topics: brokers, replicas, reassignments, groups.</summary>
internal static class AdministrationEndpoints
{
    private const string Json = "application/json";
    private const string Cluster = "/v3/clusters/{cluster}";
    private const string Broker = Cluster + "/brokers/{broker}";
    private const string Partition = Cluster + "/topics/{topic}/partitions/{partition}";
    private const string Group = Cluster + "/consumer-groups/{group}";

    private static readonly ApiAnswer Ok = new(StatusCodes.Status200OK, Json, "The resource.");
    private static readonly ApiAnswer Refused = new(StatusCodes.Status204NoContent, null, "Never: it is refused with 40002, because the options of a broker's process cannot be changed while it runs.");

    /// <summary>Brokers and their configurations.</summary>
    public static void MapBrokers(this IEndpointRouteBuilder routes)
    {
        BrokerResource brokers = routes.ServiceProvider.GetRequiredService<BrokerResource>();
        BrokerConfigResource configs = routes.ServiceProvider.GetRequiredService<BrokerConfigResource>();
        var change = new ApiBody([Json], "value, or data [{name, value, operation}].");
        routes.Map("GET", Cluster + "/brokers", brokers.ListAsync, "Brokers", "List the brokers", Ok);
        routes.Map("GET", Broker, brokers.GetAsync, "Brokers", "Describe a broker", Ok);
        routes.Map("GET", Broker + "/partition-replicas", brokers.ListReplicasAsync, "Brokers", "List the replicas that a broker keeps", Ok);
        routes.Map("GET", Cluster + "/brokers/-/configs", configs.ListAllAsync, "Brokers", "List the configurations of all brokers", Ok);
        routes.Map("GET", Broker + "/configs", configs.ListAsync, "Brokers", "List the configurations of a broker", Ok);
        routes.Map("POST", Broker + "/configs:alter", configs.RefuseAsync, "Brokers", "Change configurations of a broker", change, Refused);
        routes.Map("GET", Broker + "/configs/{config}", configs.GetAsync, "Brokers", "Describe a configuration of a broker", Ok);
        routes.Map("PUT", Broker + "/configs/{config}", configs.RefuseAsync, "Brokers", "Set a configuration of a broker", change, Refused);
        routes.Map("DELETE", Broker + "/configs/{config}", configs.RefuseAsync, "Brokers", "Set a configuration of a broker back", Refused);
        routes.Map("GET", Cluster + "/broker-configs", configs.ListClusterWideAsync, "Brokers", "List the configurations that all brokers share and that can be changed: none", Ok);
        routes.Map("POST", Cluster + "/broker-configs:alter", configs.RefuseClusterWideAsync, "Brokers", "Change configurations of all brokers", change, Refused);
        routes.Map("GET", Cluster + "/broker-configs/{config}", configs.GetClusterWideAsync, "Brokers", "Describe a configuration that all brokers share: always 404", Ok);
        routes.Map("PUT", Cluster + "/broker-configs/{config}", configs.RefuseClusterWideAsync, "Brokers", "Set a configuration of all brokers", change, Refused);
        routes.Map("DELETE", Cluster + "/broker-configs/{config}", configs.RefuseClusterWideAsync, "Brokers", "Set a configuration of all brokers back", Refused);
    }

    /// <summary>Replicas, offsets and reassignments of partitions.</summary>
    public static void MapReplicas(this IEndpointRouteBuilder routes)
    {
        ReplicaResource replicas = routes.ServiceProvider.GetRequiredService<ReplicaResource>();
        ReassignmentResource reassignments = routes.ServiceProvider.GetRequiredService<ReassignmentResource>();
        TopicConfigResource configs = routes.ServiceProvider.GetRequiredService<TopicConfigResource>();
        routes.Map("GET", Partition + "/offset", replicas.GetOffsetAsync, "Topics", "Where a partition begins and ends", Ok);
        routes.Map("GET", Partition + "/replicas", replicas.ListAsync, "Topics", "List a partition's replicas", Ok);
        routes.Map("GET", Partition + "/replicas/{broker}", replicas.GetAsync, "Topics", "Describe a replica", Ok);
        routes.Map("GET", Partition + "/reassignment", reassignments.GetAsync, "Topics", "Describe a partition's reassignment: 404, because nothing moves replicas", Ok);
        routes.Map("GET", Cluster + "/topics/{topic}/partitions/-/reassignment", reassignments.ListAsync, "Topics", "List a topic's reassignments", Ok);
        routes.Map("GET", Cluster + "/topics/-/partitions/-/reassignment", reassignments.ListAllAsync, "Topics", "List all reassignments", Ok);
        routes.Map("GET", Cluster + "/topics/-/configs", configs.ListAllAsync, "Configs", "List the configurations of all topics", Ok);
    }

    /// <summary>Groups, their members and what they have not read yet.</summary>
    public static void MapGroups(this IEndpointRouteBuilder routes)
    {
        ConsumerGroupResource groups = routes.ServiceProvider.GetRequiredService<ConsumerGroupResource>();
        ConsumerLagResource lags = routes.ServiceProvider.GetRequiredService<ConsumerLagResource>();
        routes.Map("GET", Cluster + "/consumer-groups", groups.ListAsync, "Consumer groups", "List the groups", Ok);
        routes.Map("GET", Group, groups.GetAsync, "Consumer groups", "Describe a group", Ok);
        routes.Map("GET", Group + "/consumers", groups.ListConsumersAsync, "Consumer groups", "List a group's members", Ok);
        routes.Map("GET", Group + "/consumers/{consumer}", groups.GetConsumerAsync, "Consumer groups", "Describe a member", Ok);
        routes.Map("GET", Group + "/consumers/{consumer}/assignments", groups.ListAssignmentsAsync, "Consumer groups", "List the partitions that a member reads", Ok);
        routes.Map("GET", Group + "/consumers/{consumer}/assignments/{topic}/partitions/{partition}", groups.GetAssignmentAsync, "Consumer groups", "Describe a partition that a member reads", Ok);
        routes.Map("GET", Group + "/lag-summary", lags.SummariseAsync, "Consumer groups", "What a group has not read yet, in sum", Ok);
        routes.Map("GET", Group + "/lags", lags.ListAsync, "Consumer groups", "What a group has not read yet, by partition", Ok);
        routes.Map("GET", Group + "/lags/{topic}/partitions/{partition}", lags.GetAsync, "Consumer groups", "What a group has not read yet of a partition", Ok);
    }
}
