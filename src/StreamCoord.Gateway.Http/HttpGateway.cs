using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using StreamCoord.Gateway.Http.Access;
using StreamCoord.Gateway.Http.Consumers;
using StreamCoord.Gateway.Http.Description;
using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Gateway.Http.Events;
using StreamCoord.Gateway.Http.Groups;
using StreamCoord.Gateway.Http.Produce;
using StreamCoord.Gateway.Http.Records;
using StreamCoord.Gateway.Http.Resources;
using StreamCoord.Gateway.Http.ZNodes;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.Http;

/// <summary>
/// The HTTP side of StreamCoord: reading, following and importing records, and the znode tree, under /v1, topics and produce as the Confluent REST
/// Proxy v3 has them, and the OpenAPI document at /openapi/v1.json.
/// </summary>
public static class HttpGateway
{
    /// <summary>
    /// Registers the gateway. The host brings <see cref="IGrainFactory"/>, <see cref="ICoordination"/>, <see cref="IServerCommands"/>, <see cref="Brokers.IBroker"/>, <see cref="Brokers.IBrokers"/>, <see cref="StreamCoord.Backups.IBackups"/>, the <see cref="ZNodeOptions"/>,
    /// <see cref="ClusterIdentity"/>, <see cref="TimeProvider"/>, <see cref="Security.UserDirectory"/>, <see cref="Security.ISecurityStore"/> and
    /// <see cref="Security.AuthorizationOptions"/>.
    /// </summary>
    /// <param name="services">Where to.</param>
    /// <param name="options">Its limits and times; <see cref="HttpGatewayOptionsValidator"/>, which is registered too, says whether they are right.</param>
    public static IServiceCollection AddHttpGateway(this IServiceCollection services, HttpGatewayOptions options)
    {
        services.AddSingleton(Options.Create(options));
        services.AddSingleton<IValidateOptions<HttpGatewayOptions>, HttpGatewayOptionsValidator>();
        services.AddSingleton<ErrorMiddleware>();
        services.AddSingleton<HttpAuthentication>();
        services.AddSingleton<PartitionAppenders>();
        services.AddSingleton<PartitionReads>();
        services.AddSingleton<RecordPageResource>();
        services.AddSingleton<RecordStreamResource>();
        services.AddSingleton<RecordImportResource>();
        services.AddSingleton<ClusterResource>();
        services.AddSingleton<TopicResource>();
        services.AddSingleton<TopicConfigResource>();
        services.AddSingleton<BrokerResource>();
        services.AddSingleton<BrokerConfigResource>();
        services.AddSingleton<ReplicaResource>();
        services.AddSingleton<ReassignmentResource>();
        services.AddSingleton<DrainResource>();
        services.AddSingleton<BackupResource>();
        services.AddSingleton<GroupReader>();
        services.AddSingleton<ConsumerGroupResource>();
        services.AddSingleton<ConsumerLagResource>();
        services.AddSingleton<GroupChangeResource>();
        services.AddSingleton<PartitionInspectionResource>();
        services.AddSingleton<AclResource>();
        services.AddSingleton<ProduceResource>();
        services.AddSingleton<ProduceBatchResource>();
        services.AddSingleton<V2ServiceResource>();
        services.AddSingleton<V2TopicResource>();
        services.AddSingleton<V2ProduceResource>();
        services.AddSingleton<MemoryBudget>();
        services.AddSingleton<ConsumerInstances>();
        services.AddSingleton<V2ConsumerResource>();
        services.AddSingleton<V2SubscriptionResource>();
        services.AddSingleton<V2PositionResource>();
        services.AddSingleton<V2RecordResource>();
        services.AddSingleton<TopicAccess>();
        services.AddSingleton<StreamSlots>();
        services.AddSingleton<ZNodeRequests>();
        services.AddSingleton<ZNodeResource>();
        services.AddSingleton<ZNodeWatchResource>();
        services.AddSingleton<ZNodeMultiResource>();
        services.AddSingleton<SessionResource>();
        services.AddSingleton<CommandResource>();
        return services.AddOpenApi("v1", options => options
            .AddDocumentTransformer((document, _, _) =>
            {
                ApiDescriber.DescribeDocument(document);
                return Task.CompletedTask;
            })
            .AddOperationTransformer((operation, context, _) =>
            {
                ApiDescriber.DescribeOperation(operation, context);
                return Task.CompletedTask;
            }));
    }

    /// <summary>
    /// Adds the gateway's endpoints, and in front of everything its error answers and body limits: they hold for the whole application.
    /// </summary>
    public static WebApplication MapHttpGateway(this WebApplication app)
    {
        HttpAuthentication callers = app.Services.GetRequiredService<HttpAuthentication>();
        ErrorMiddleware errors = app.Services.GetRequiredService<ErrorMiddleware>();
        long bodyBytesMax = app.Services.GetRequiredService<IOptions<HttpGatewayOptions>>().Value.RequestBodyBytesMax;
        app.Use(next => context =>
        {
            RequestLimits.Apply(context, bodyBytesMax);
            return errors.InvokeAsync(context, admitted =>
            {
                callers.Admit(admitted);
                return next(admitted);
            });
        });
        app.MapRecords();
        app.MapTopics();
        app.MapBrokers();
        app.MapBackups();
        app.MapReplicas();
        app.MapGroups();
        app.MapAcls();
        app.MapProduce();
        app.MapV2Topics();
        app.MapV2Consumers();
        app.MapZNodes();
        app.MapCommands();
        app.MapOpenApi();
        return app;
    }
}
