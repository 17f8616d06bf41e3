using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using StreamCoord.Gateway.Http;
using StreamCoord.Gateway.Kafka;
using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.ZooKeeper;
using StreamCoord.Grains.Backups;
using StreamCoord.Grains.Brokers;
using StreamCoord.Grains.Cluster;
using StreamCoord.Grains.Groups;
using StreamCoord.Grains.Partitions;
using StreamCoord.Grains.Storage;
using StreamCoord.Grains.Topics;
using StreamCoord.Grains.Transactions;
using StreamCoord.Grains.ZNodes;
using StreamCoord.Security;
using StreamCoord.Silo.Data;
using StreamCoord.Silo.Options;

namespace StreamCoord.Silo.Hosting;

/// <summary>
/// One silo with its listeners, put together from its parts. Owns the data directory, the database and the web application,
/// and closes them in the opposite order.
/// </summary>
internal static class SiloHost
{
    /// <summary>The name under which grains keep their state, for every cluster of this service and for good.</summary>
    private const string ServiceId = "streamcoord";

    /// <summary>
    /// SIGXFSZ, which has no name in .NET. A write beyond a file-size limit (ulimit -f) must fail as on a full disk and not end the process.
    /// </summary>
    private const PosixSignal FileSizeLimitSignal = (PosixSignal)25;

    private const int StartAttemptsMax = 5;
    private const long SmallHeapBytes = 64 * 1024 * 1024;
    private const int UserSecretBytes = 32;

    /// <summary>How long requests under way may take to finish when the silo stops.</summary>
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(25);

    /// <summary>Runs the silo until it is told to stop.</summary>
    /// <exception cref="StartRefusedException">It cannot start as it is configured.</exception>
    /// <exception cref="DatabaseException">It cannot use its database.</exception>
    public static async Task RunAsync(IConfiguration configuration, SiloOptionsSet options)
    {
        using PosixSignalRegistration fileSizeLimit = PosixSignalRegistration.Create(FileSizeLimitSignal, context => context.Cancel = true);
        RestoredBackup? restored = RestoredBackup.Find(options.Node.DataDirectory);
        using DataDirectory directory = DataDirectory.Open(options.Node, options.Cluster, await AgreeOnClusterIdAsync(options, restored), TimeProvider.System);
        TreePreload tree = TreePreload.Begin(directory.Path);
        Endpoints.Choose(options.Listeners);
        await using Database database = options.Cluster.ConnectionString is { } connectionString
            ? await Database.OpenServerAsync(connectionString)
            : await Database.OpenEmbeddedAsync(directory.DatabasePath);
        using ILoggerFactory logging = LoggerFactory.Create(builder => builder.AddSiloConsole(configuration));
        await using NodeLock? node = options.Cluster.ConnectionString is null
            ? null
            : await NodeLock.TakeAsync(database, options.Node.NodeId, TimeProvider.System, logging.CreateLogger<NodeLock>());
        await EnterAsync(database, directory, node, restored, logging.CreateLogger(typeof(SiloHost)));

        using TlsCertificates? certificates = options.Tls.CertificatePath is null
            ? null
            : await TlsCertificates.OpenAsync(options.Tls, TimeProvider.System, logging.CreateLogger<TlsCertificates>());
        var identity = new ClusterIdentity(directory.Identity.ClusterId, options.Node.NodeId, directory.Identity.Replica.Incarnation);
        (WebApplication started, Endpoints endpoints) = await StartAsync(
            listeners => Build(configuration, new SiloParts(options, identity, directory, database, tree, certificates), listeners), options);
        await using WebApplication application = started;

        string httpAddress = options.Listeners.HttpAdvertised ?? BoundAddress(application);
        directory.WriteEndpoints(new Dictionary<string, string>
        {
            ["kafka"] = endpoints.KafkaAddress,
            ["zookeeper"] = endpoints.ZooKeeperAddress,
            ["http"] = httpAddress,
            ["silo"] = endpoints.Silo.ToString(),
            ["gateway"] = endpoints.Gateway.ToString(),
        });
        await AwaitTreeAsync(application, endpoints.Describe(httpAddress, options.Node.Rack, options.KafkaGateway.Security, options.Tls.HasHttps));
        Readiness readiness = application.Services.GetRequiredService<Readiness>();
        readiness.Set(true);
        application.Logger.Serves(identity.NodeId, identity.ClusterId, endpoints.KafkaAddress, endpoints.ZooKeeperAddress, httpAddress, endpoints.Silo, endpoints.Gateway, directory.Path);
        GiveBackStartMemory();

        using CancellationTokenRegistration stopping = application.Lifetime.ApplicationStopping.Register(() =>
        {
            readiness.Set(false);
            directory.RemoveEndpoints();
            application.Logger.Stops();
        });
        await application.WaitForShutdownAsync();
        application.Logger.Stopped();
    }

    // A directory that is made for a database belongs to the database's cluster, also when several silos make theirs at once.
    private static async Task<string?> AgreeOnClusterIdAsync(SiloOptionsSet options, RestoredBackup? restored)
    {
        if (DataDirectory.HasIdentity(options.Node))
        {
            return null;
        }
        if (restored is not null && (options.Cluster.ClusterId ?? restored.ClusterId) != restored.ClusterId)
        {
            throw new StartRefusedException(
                $"The data directory '{options.Node.DataDirectory}' has a backup of cluster {restored.ClusterId}, and StreamCoord:Cluster:ClusterId is {options.Cluster.ClusterId}. Leave that option out.");
        }
        if (options.Cluster.ConnectionString is not { } connectionString)
        {
            return restored?.ClusterId;
        }
        await using Database database = await Database.OpenServerAsync(connectionString);
        var registry = new ClusterRegistry(database);
        if (restored is not null && await registry.FindClusterIdAsync() is { } present)
        {
            throw new StartRefusedException(
                $"The data directory '{options.Node.DataDirectory}' has a backup, and the database has the cluster {present} already. A backup is restored into an empty database, by its first silo; the others start on empty directories.");
        }
        return await registry.AgreeOnClusterIdAsync(restored?.ClusterId ?? options.Cluster.ClusterId ?? ClusterSettings.NewClusterId());
    }

    private static async Task EnterAsync(Database database, DataDirectory directory, NodeLock? node, RestoredBackup? restored, ILogger logger)
    {
        DirectoryIdentity identity = directory.Identity;
        if (node is not null && await new EmbeddedMove(directory.DatabasePath, database).RunAsync(identity.ClusterId, identity.Replica) is { } partitions)
        {
            logger.MovedDatabase(partitions, directory.DatabasePath);
        }
        if (await new ClusterRegistry(database).EnterAsync(identity.ClusterId, identity.Replica) is { } replaced)
        {
            logger.ReplacesDirectory(identity.Replica.Node, replaced, identity.Replica.Incarnation);
        }
        if (restored is not null)
        {
            await restored.EnterAsync(database, identity.Replica);
            logger.Restored(restored.PartitionCount, restored.ClusterId);
        }
        if (node is not null)
        {
            await node.DeclareEarlierProcessesDeadAsync(identity.ClusterId);
        }
    }

    // Most of what a start allocates is garbage by now, and a silo that idles would keep it for hours. With a large tree it is not most, and collecting it would hold up the first clients.
    private static void GiveBackStartMemory()
    {
        if (GC.GetTotalMemory(forceFullCollection: false) < SmallHeapBytes)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }
    }

    private static async Task AwaitTreeAsync(WebApplication application, BrokerEndpoints broker)
    {
        try
        {
            await application.Services.RegisterBrokerAsync(broker);
            await application.Services.PublishZooKeeperAsync();
        }
        catch (CoordinationUnavailableException failure)
        {
            throw new StartRefusedException($"The znode tree, where everything is kept about topics, cannot be served: {failure.Message}");
        }
    }

    /// <summary>Starts the application; again with other ports when one that was free a moment ago is not any more.</summary>
    private static async Task<(WebApplication Application, Endpoints Endpoints)> StartAsync(
        Func<Endpoints, WebApplication> build, SiloOptionsSet options)
    {
        for (int attempt = 1; ; attempt++)
        {
            Endpoints endpoints = Endpoints.Choose(options.Listeners);
            WebApplication application = build(endpoints);
            try
            {
                await application.StartAsync();
                return (application, endpoints);
            }
            catch (Exception failure)
            {
                await application.DisposeAsync();
                if (!Ports.IsTaken(failure))
                {
                    throw;
                }
                if (attempt == StartAttemptsMax)
                {
                    throw new StartRefusedException(
                        $"A port was taken by another process while the silo started: StreamCoord:{ListenerOptions.HttpKey} {endpoints.Http}, StreamCoord:{ListenerOptions.KafkaKey} {endpoints.Kafka}, StreamCoord:{ListenerOptions.ZooKeeperKey} {endpoints.ZooKeeper}, StreamCoord:{ListenerOptions.SiloKey} {endpoints.Silo}, StreamCoord:{ListenerOptions.GatewayKey} {endpoints.Gateway}.");
                }
            }
        }
    }

    private static WebApplication Build(IConfiguration configuration, SiloParts parts, Endpoints endpoints)
    {
        (SiloOptionsSet options, ClusterIdentity identity, DataDirectory directory, Database database, TreePreload tree, TlsCertificates? certificates) = parts;
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "StreamCoord" });
        builder.Logging.AddSiloConsole(configuration);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => Listen(kestrel, endpoints, options, certificates));
        // Nothing behind a listener blocks, so requests begin, and answers leave, on the thread that has them: two changes of threads less a request.
        builder.WebHost.UseSockets(sockets =>
        {
            sockets.UnsafePreferInlineScheduling = true;
            sockets.Backlog = Endpoints.ConnectionsWaitingMax;
        });
        builder.Services.AddSingleton<Microsoft.AspNetCore.Connections.IMemoryPoolFactory<byte>, SocketMemory>();
        builder.Services.AddRoutingCore();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = DrainTimeout);
        builder.Services.Configure<ConsoleLifetimeOptions>(lifetime => lifetime.SuppressStatusMessages = true);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(identity);
        builder.Services.AddSingleton<Readiness>();
        builder.Services.AddTelemetry(configuration, identity);
        builder.Services.AddSingleton(Microsoft.Extensions.Options.Options.Create(options.Log));
        builder.Services.AddPartitions(directory.Path);
        builder.Services.AddZNodes(directory.Path, options.ZNodes, tree);
        builder.Services.AddSingleton(options.Authorization);
        builder.Services.AddSingleton(provider =>
            new UserDirectory(options.KafkaUsers, provider.GetRequiredService<ISecurityStore>(), RandomNumberGenerator.GetBytes(UserSecretBytes)));
        options.HttpGateway.AdvertisedEndpoint = options.Listeners.HttpAdvertised;
        builder.Services.AddHttpGateway(options.HttpGateway);
        builder.Services.AddKafkaGateway(
            options.KafkaGateway,
            endpoints.ListenKafka(identity.NodeId, options.Node.Rack),
            new KafkaTopicDefaults(options.Topics.DefaultPartitions, options.Topics.DefaultReplicationFactor, options.Topics.AutoCreate));
        builder.Services.AddZooKeeperGateway(options.ZooKeeperGateway, endpoints.ListenZooKeeper(identity.NodeId, options.Tls.HasZooKeeperTls));
        builder.UseOrleans(silo => ConfigureSilo(silo, options, identity, database, endpoints));

        WebApplication application = builder.Build();
        Check(application.Services, options.Log);
        Check(application.Services, options.HttpGateway);
        application.MapHttpGateway();
        application.MapHealth();
        application.MapPrometheusScrapingEndpoint("/metrics");
        return application;
    }

    private static void Listen(KestrelServerOptions kestrel, Endpoints endpoints, SiloOptionsSet options, TlsCertificates? certificates)
    {
        kestrel.AddServerHeader = false;
        kestrel.Listen(endpoints.Http, listen =>
        {
            if (options.Tls.HasHttps)
            {
                listen.UseHttps(certificates!.For(ClientCertificates.None));
            }
        });
        kestrel.Listen(endpoints.Kafka, listen => listen.UseKafka(inner =>
        {
            if (options.KafkaGateway.Security.HasTls())
            {
                inner.UseHttps(certificates!.For(options.Tls.ClientAuth));
            }
        }));
        kestrel.Listen(endpoints.ZooKeeper, listen => listen.UseZooKeeper(inner =>
        {
            if (options.Tls.HasZooKeeperTls)
            {
                inner.UseHttps(certificates!.For(options.Tls.ZooKeeperClientAuth));
            }
        }));
    }

    private static void ConfigureSilo(ISiloBuilder silo, SiloOptionsSet options, ClusterIdentity identity, Database database, Endpoints endpoints)
    {
        silo.AddMembership(options.Cluster, database, endpoints);
        silo.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (identity.ClusterId, ServiceId));
        silo.Configure<SiloOptions>(own => own.SiloName = identity.NodeId.ToString());
        silo.Configure<EndpointOptions>(listeners =>
        {
            listeners.AdvertisedIPAddress = endpoints.Silo.Address;
            listeners.SiloPort = endpoints.Silo.Port;
            listeners.SiloListeningEndpoint = endpoints.Silo;
            listeners.GatewayPort = endpoints.Gateway.Port;
            listeners.GatewayListeningEndpoint = endpoints.Gateway;
        });
        silo.Services.AddSingleton<IFatalErrorHandler, FatalErrors>();
        silo.AddTopics(database, options.Topics);
        silo.AddBrokers();
        silo.AddZNodes();
        silo.AddGroups(options.Groups);
        silo.AddTransactions(options.Transactions);
    }

    /// <summary>Has the options looked at by the validators of the project that they belong to.</summary>
    private static void Check<T>(IServiceProvider services, T options)
        where T : class
    {
        foreach (IValidateOptions<T> validator in services.GetServices<IValidateOptions<T>>())
        {
            ValidateOptionsResult result = validator.Validate(null, options);
            if (result.Failed)
            {
                throw new StartRefusedException(result.Failures.First());
            }
        }
    }

    private static string BoundAddress(WebApplication application) => new Uri(application.Urls.First()).Authority;
}
