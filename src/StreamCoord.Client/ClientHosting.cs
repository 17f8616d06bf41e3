using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using StreamCoord.Client.Calls;

namespace StreamCoord.Client;

/// <summary>Adds this library to a host.</summary>
public static class ClientHosting
{
    /// <summary>The name under which silos keep the state of grains; clients use the same.</summary>
    private const string ServiceId = "streamcoord";

    private const int ConnectBackoffMs = 200;
    private const int ConnectBackoffMsMax = 2_000;

    /// <summary>Orleans asks once a minute by itself, and a client that has lost its only silo would wait that long for it to come back.</summary>
    private static readonly TimeSpan GatewayRefresh = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Adds a <see cref="StreamCoordClient"/>. With <see cref="StreamCoordClientOptions.Gateways"/> the host gets an Orleans client that connects to them when it starts; else it uses what is there: the Orleans client
    /// that was added in another way, such as over a shared database, or the silo that the host is.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Sets the options.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">The options cannot be worked with; the message says why.</exception>
    public static IServiceCollection AddStreamCoordClient(this IServiceCollection services, Action<StreamCoordClientOptions>? configure = null)
    {
        var options = new StreamCoordClientOptions();
        configure?.Invoke(options);
        StreamCoordClient.Require(options.Check(), typeof(StreamCoordClientOptions));
        if (options.Gateways.Count > 0)
        {
            services.AddOrleansClient(client => Connect(client, options));
        }
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new StreamCoordClient(
            provider.GetService<IGrainFactory>() ?? throw new InvalidOperationException(
                $"There is no way to a cluster: the host is no silo and has no Orleans client. Give {nameof(AddStreamCoordClient)} the {nameof(StreamCoordClientOptions.Gateways)} of the silos, or add an Orleans client."),
            options,
            provider.GetService<ILoggerFactory>(),
            provider.GetRequiredService<TimeProvider>()));
        return services;
    }

    private static void Connect(IClientBuilder client, StreamCoordClientOptions options)
    {
        client.UseStaticClustering(options.Endpoints());
        client.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (options.ClusterId!, ServiceId));
        client.Configure<GatewayOptions>(gateways => gateways.GatewayListRefreshPeriod = GatewayRefresh);
        client.Services.AddSingleton<IClientConnectionRetryFilter>(provider => new ConnectPatience(options, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILoggerFactory>()));
    }

    /// <summary>Waits at the start of the host for a silo that answers. For one start.</summary>
    private sealed class ConnectPatience(StreamCoordClientOptions options, TimeProvider time, ILoggerFactory logging) : IClientConnectionRetryFilter
    {
        private readonly long _started = time.GetTimestamp();
        private readonly Backoff _backoff = new(ConnectBackoffMs, ConnectBackoffMsMax);

        public async Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken)
        {
            if (time.GetElapsedTime(_started).TotalMilliseconds >= options.ConnectTimeoutMs)
            {
                return false;
            }
            ClientLog.NotConnected(logging.CreateLogger<StreamCoordClient>(), string.Join(", ", options.Gateways), exception.Message);
            await _backoff.WaitAsync(time, cancellationToken).ConfigureAwait(false);
            return true;
        }
    }
}
