using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using StreamCoord.Brokers;
using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Configs;
using StreamCoord.Gateway.Kafka.Connections;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Gateway.Kafka.Fetching;
using StreamCoord.Gateway.Kafka.Handlers;
using StreamCoord.Gateway.Kafka.Leading;
using StreamCoord.Security;

namespace StreamCoord.Gateway.Kafka;

/// <summary>The Kafka side of StreamCoord: clients of Apache Kafka, unchanged.</summary>
public static class KafkaGateway
{
    /// <summary>Registers the gateway. The host brings <see cref="IGrainFactory"/>, <see cref="ClusterIdentity"/>, <see cref="TimeProvider"/>, <see cref="UserDirectory"/>, <see cref="AuthorizationOptions"/> and what the silo's parts register.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="options">Its limits and times.</param>
    /// <param name="listener">What clients are told.</param>
    /// <param name="topics">What admin clients are told about topics to come.</param>
    public static IServiceCollection AddKafkaGateway(this IServiceCollection services, KafkaGatewayOptions options, KafkaListener listener, KafkaTopicDefaults topics)
    {
        services.AddSingleton(options);
        services.AddSingleton(listener);
        services.AddSingleton(topics);
        services.AddSingleton<ClientQuotas>();
        services.AddSingleton<ConnectionCounts>();
        services.AddSingleton<ConnectionGate>();
        services.AddSingleton<KafkaSecurity>();
        services.AddSingleton<BrokerConfigs>();
        services.AddSingleton<IBroker, Broker>();
        services.AddSingleton<TopicIdLookup>();
        services.AddSingleton<FetchSessions>();
        services.AddSingleton<FetchPlanner>();
        services.AddSingleton<FetchReader>();
        services.AddSingleton<PreferredReplicas>();
        services.AddSingleton<PartitionLeaders>();
        services.AddSingleton<LeaderHints>();
        services.AddSingleton<HeardTopics>();
        services.AddSingleton<ApiTable>();
        services.AddSingleton<IApiHandler>(provider => new ApiVersionsHandler(provider.GetRequiredService<ApiTable>));
        services.AddSingleton<IApiHandler, SaslHandshakeHandler>();
        services.AddSingleton<IApiHandler, SaslAuthenticateHandler>();
        services.AddSingleton<IApiHandler, ProduceHandler>();
        services.AddSingleton<IApiHandler, FetchHandler>();
        services.AddSingleton<IApiHandler, ListOffsetsHandler>();
        services.AddSingleton<IApiHandler, MetadataHandler>();
        services.AddSingleton<IApiHandler, FindCoordinatorHandler>();
        services.AddSingleton<IApiHandler, JoinGroupHandler>();
        services.AddSingleton<IApiHandler, SyncGroupHandler>();
        services.AddSingleton<IApiHandler, HeartbeatHandler>();
        services.AddSingleton<IApiHandler, LeaveGroupHandler>();
        services.AddSingleton<IApiHandler, ConsumerGroupHeartbeatHandler>();
        services.AddSingleton<IApiHandler, ConsumerGroupDescribeHandler>();
        services.AddSingleton<IApiHandler, OffsetCommitHandler>();
        services.AddSingleton<IApiHandler, OffsetFetchHandler>();
        services.AddSingleton<IApiHandler, OffsetDeleteHandler>();
        services.AddSingleton<IApiHandler, DescribeGroupsHandler>();
        services.AddSingleton<IApiHandler, ListGroupsHandler>();
        services.AddSingleton<IApiHandler, DeleteGroupsHandler>();
        services.AddSingleton<IApiHandler, CreateTopicsHandler>();
        services.AddSingleton<IApiHandler, DeleteTopicsHandler>();
        services.AddSingleton<IApiHandler, InitProducerIdHandler>();
        services.AddSingleton<IApiHandler, AddPartitionsToTxnHandler>();
        services.AddSingleton<IApiHandler, AddOffsetsToTxnHandler>();
        services.AddSingleton<IApiHandler, EndTxnHandler>();
        services.AddSingleton<IApiHandler, TxnOffsetCommitHandler>();
        services.AddSingleton<IApiHandler, WriteTxnMarkersHandler>();
        services.AddSingleton<IApiHandler, DescribeTransactionsHandler>();
        services.AddSingleton<IApiHandler, ListTransactionsHandler>();
        services.AddSingleton<IApiHandler, DescribeClusterHandler>();
        services.AddSingleton<IApiHandler, DescribeConfigsHandler>();
        services.AddSingleton<IApiHandler, AlterConfigsHandler>();
        services.AddSingleton<IApiHandler, IncrementalAlterConfigsHandler>();
        services.AddSingleton<IApiHandler, ListConfigResourcesHandler>();
        services.AddSingleton<IApiHandler, CreatePartitionsHandler>();
        services.AddSingleton<IApiHandler, DeleteRecordsHandler>();
        services.AddSingleton<IApiHandler, OffsetForLeaderEpochHandler>();
        services.AddSingleton<IApiHandler, DescribeProducersHandler>();
        services.AddSingleton<IApiHandler, DescribeLogDirsHandler>();
        services.AddSingleton<IApiHandler, DescribeTopicPartitionsHandler>();
        services.AddSingleton<IApiHandler, ElectLeadersHandler>();
        services.AddSingleton<IApiHandler, DescribeQuorumHandler>();
        services.AddSingleton<IApiHandler, UpdateFeaturesHandler>();
        services.AddSingleton<IApiHandler, AlterPartitionReassignmentsHandler>();
        services.AddSingleton<IApiHandler, ListPartitionReassignmentsHandler>();
        services.AddSingleton<IApiHandler, DescribeAclsHandler>();
        services.AddSingleton<IApiHandler, CreateAclsHandler>();
        services.AddSingleton<IApiHandler, DeleteAclsHandler>();
        services.AddSingleton<IApiHandler, DescribeUserScramCredentialsHandler>();
        services.AddSingleton<IApiHandler, AlterUserScramCredentialsHandler>();
        services.AddSingleton<IApiHandler, DescribeClientQuotasHandler>();
        services.AddSingleton<IApiHandler, AlterClientQuotasHandler>();
        return services;
    }

    /// <summary>Has a listener of Kestrel serve Kafka's protocol.</summary>
    /// <param name="listen">The listener.</param>
    /// <param name="encrypt">Puts TLS in front of it; nothing for plain text.</param>
    public static ListenOptions UseKafka(this ListenOptions listen, Action<ListenOptions> encrypt)
    {
        ConnectionGate gate = listen.ApplicationServices.GetRequiredService<ConnectionGate>();
        listen.Use(next => connection => gate.PassAsync(connection, next));
        encrypt(listen);
        listen.UseConnectionHandler<KafkaConnectionHandler>();
        return listen;
    }
}
