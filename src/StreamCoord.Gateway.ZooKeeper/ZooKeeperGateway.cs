using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using StreamCoord.Gateway.ZooKeeper.Commands;
using StreamCoord.Gateway.ZooKeeper.Connections;
using StreamCoord.Gateway.ZooKeeper.Dispatch;
using StreamCoord.Gateway.ZooKeeper.FourLetterWords;
using StreamCoord.Gateway.ZooKeeper.Handlers;
using StreamCoord.Gateway.ZooKeeper.Sessions;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper;

/// <summary>The ZooKeeper side of StreamCoord: clients of Apache ZooKeeper, unchanged.</summary>
public static class ZooKeeperGateway
{
    /// <summary>Registers the gateway. It brings <see cref="IServerCommands"/>; the host brings <see cref="ICoordination"/>, <see cref="ZNodeOptions"/>, <see cref="ClusterIdentity"/> and <see cref="TimeProvider"/>.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="options">Its limits and times.</param>
    /// <param name="listener">What clients are told.</param>
    public static IServiceCollection AddZooKeeperGateway(this IServiceCollection services, ZooKeeperGatewayOptions options, ZooKeeperListener listener)
    {
        services.AddSingleton(options);
        services.AddSingleton(listener);
        services.AddSingleton<ConnectionGate>();
        services.AddSingleton<SessionConnections>();
        services.AddHostedService<SessionEnds>();
        services.AddSingleton<OperationTable>();
        services.AddSingleton<ZooKeeperServices>();
        services.AddSingleton<ServerList>();
        services.AddSingleton<KeeperNodes>();
        services.AddSingleton<ServerStatistics>();
        services.AddSingleton<FourLetterWordTable>();
        services.AddServerCommands();
        services.AddSingleton<SrvrWord>();
        services.AddSingleton<IFourLetterWord>(provider => provider.GetRequiredService<SrvrWord>());
        services.AddSingleton<IFourLetterWord, MntrWord>();
        services.AddSingleton<IFourLetterWord, RuokWord>();
        services.AddSingleton<IFourLetterWord, IsroWord>();
        services.AddSingleton<IFourLetterWord, StatWord>();
        services.AddSingleton<IFourLetterWord, ConsWord>();
        services.AddSingleton<IFourLetterWord, ConfWord>();
        services.AddSingleton<IFourLetterWord, EnviWord>();
        services.AddSingleton<IFourLetterWord, WchsWord>();
        services.AddSingleton<IFourLetterWord, WchcWord>();
        services.AddSingleton<IFourLetterWord, WchpWord>();
        services.AddSingleton<IFourLetterWord, DumpWord>();
        services.AddSingleton<IFourLetterWord, DirsWord>();
        services.AddSingleton<IFourLetterWord, CrstWord>();
        services.AddSingleton<IFourLetterWord, SrstWord>();
        services.AddSingleton<IOperationHandler, CreateHandler>();
        services.AddSingleton<IOperationHandler, DeleteHandler>();
        services.AddSingleton<IOperationHandler, ExistsHandler>();
        services.AddSingleton<IOperationHandler, GetDataHandler>();
        services.AddSingleton<IOperationHandler, SetDataHandler>();
        services.AddSingleton<IOperationHandler, GetAclHandler>();
        services.AddSingleton<IOperationHandler, SetAclHandler>();
        services.AddSingleton<IOperationHandler, GetChildrenHandler>();
        services.AddSingleton<IOperationHandler, SyncHandler>();
        services.AddSingleton<IOperationHandler, PingHandler>();
        services.AddSingleton<IOperationHandler, GetChildren2Handler>();
        services.AddSingleton<IOperationHandler, MultiHandler>();
        services.AddSingleton<IOperationHandler, Create2Handler>();
        services.AddSingleton<IOperationHandler, ReconfigHandler>();
        services.AddSingleton<IOperationHandler, CheckWatchesHandler>();
        services.AddSingleton<IOperationHandler, RemoveWatchesHandler>();
        services.AddSingleton<IOperationHandler, CreateContainerHandler>();
        services.AddSingleton<IOperationHandler, CreateTtlHandler>();
        services.AddSingleton<IOperationHandler, MultiReadHandler>();
        services.AddSingleton<IOperationHandler, AuthHandler>();
        services.AddSingleton<IOperationHandler, SetWatchesHandler>();
        services.AddSingleton<IOperationHandler, SaslHandler>();
        services.AddSingleton<IOperationHandler, GetEphemeralsHandler>();
        services.AddSingleton<IOperationHandler, GetAllChildrenNumberHandler>();
        services.AddSingleton<IOperationHandler, SetWatches2Handler>();
        services.AddSingleton<IOperationHandler, AddWatchHandler>();
        services.AddSingleton<IOperationHandler, WhoAmIHandler>();
        services.AddSingleton<IOperationHandler, CloseSessionHandler>();
        if (options.KeeperExtensions)
        {
            services.AddSingleton<IOperationHandler, FilteredListHandler>();
            services.AddSingleton<IOperationHandler, CreateIfNotExistsHandler>();
            services.AddSingleton<IOperationHandler, RemoveRecursiveHandler>();
        }
        return services;
    }

    private static void AddServerCommands(this IServiceCollection services)
    {
        services.AddServerCommand<ConfigurationCommand>();
        services.AddServerCommand<ConnectionStatResetCommand>();
        services.AddServerCommand<ConnectionsCommand>();
        services.AddServerCommand<DirsCommand>();
        services.AddServerCommand<DumpCommand>();
        services.AddServerCommand<EnvironmentCommand>();
        services.AddServerCommand<IsReadOnlyCommand>();
        services.AddServerCommand<MonitorCommand>();
        services.AddServerCommand<ObserverConnectionStatResetCommand>();
        services.AddServerCommand<ObserversCommand>();
        services.AddServerCommand<RuokCommand>();
        services.AddServerCommand<ServerStatsCommand>();
        services.AddServerCommand<StatResetCommand>();
        services.AddServerCommand<StatsCommand>();
        services.AddServerCommand<VotingViewCommand>();
        services.AddServerCommand<WatchSummaryCommand>();
        services.AddServerCommand<WatchesCommand>();
        services.AddServerCommand<WatchesByPathCommand>();
        services.AddServerCommand<ZabStateCommand>();
        services.AddSingleton<ServerCommandTable>();
        services.AddSingleton<IServerCommands>(provider => provider.GetRequiredService<ServerCommandTable>());
    }

    // Also by its own type: words say what commands say.
    private static void AddServerCommand<TCommand>(this IServiceCollection services)
        where TCommand : class, IServerCommand
    {
        services.AddSingleton<TCommand>();
        services.AddSingleton<IServerCommand>(provider => provider.GetRequiredService<TCommand>());
    }

    /// <summary>Has a listener of Kestrel serve ZooKeeper's protocol.</summary>
    /// <param name="listen">The listener.</param>
    /// <param name="encrypt">Puts TLS in front of it; nothing for plain text.</param>
    public static ListenOptions UseZooKeeper(this ListenOptions listen, Action<ListenOptions> encrypt)
    {
        ConnectionGate gate = listen.ApplicationServices.GetRequiredService<ConnectionGate>();
        listen.Use(next => connection => gate.PassAsync(connection, next));
        encrypt(listen);
        listen.UseConnectionHandler<ZooKeeperConnectionHandler>();
        return listen;
    }

    /// <summary>Lists this silo's gateway where clients look for servers: in <c>/zookeeper/config</c>; and what it can do in <c>/keeper</c>, if it is to.</summary>
    public static async Task PublishZooKeeperAsync(this IServiceProvider services)
    {
        await services.GetRequiredService<ServerList>().PublishAsync();
        await services.GetRequiredService<KeeperNodes>().PublishAsync();
    }
}
