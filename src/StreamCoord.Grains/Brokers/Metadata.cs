using StreamCoord.Grains.Security;
using StreamCoord.Grains.Topics;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Brokers;

/// <summary>
/// Starts, with the silo, what keeps Kafka's metadata in the tree, and stops it before the silo's grains are. One per silo.
/// </summary>
internal sealed class Metadata(
    ICoordination tree, BaseNodes nodes, TopicMigration migration, MetadataStart start, MetadataWatch watch, BrokerRegistration registration, MetadataParts parts)
    : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task _starting = Task.CompletedTask;

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle lifecycle)
    {
        lifecycle.Subscribe(
            nameof(Metadata),
            ServiceLifecycleStage.Active + 1,
            _ =>
            {
                // The silo's start does not wait for the tree: whoever needs it waits for that, and says what is wrong when it cannot be had.
                _starting = Task.Run(StartAsync, CancellationToken.None);
                return Task.CompletedTask;
            },
            _ => StopAsync());
    }

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    private async Task StartAsync()
    {
        try
        {
            await start.RetryAsync(EnsureNodesAsync, _stopping.Token);
            await start.RetryAsync(watch.StartAsync, _stopping.Token);
            await start.RetryAsync(parts.Security.LoadAsync, _stopping.Token);
            start.Complete();
        }
#pragma warning disable CA1031 // Whatever it is, everybody who waits must hear of it.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            start.Fail(failure);
        }
    }

    private async Task EnsureNodesAsync()
    {
        await tree.ReadyAsync(_stopping.Token);
        await nodes.CreateMissingAsync();
        if (!await nodes.AreCompleteAsync())
        {
            await migration.RunAsync();
            await nodes.CompleteAsync();
        }
    }

    private async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _starting;
        parts.Dispose();
        await registration.DisposeAsync();
        watch.Dispose();
    }
}

/// <summary>What follows the watch and must be there, and hear, from its first event on.</summary>
internal sealed class MetadataParts(ConfigFollower configs, SecurityFollower security, Controller controller) : IDisposable
{
    public SecurityFollower Security => security;

    /// <inheritdoc/>
    public void Dispose()
    {
        configs.Dispose();
        security.Dispose();
        controller.Dispose();
    }
}
