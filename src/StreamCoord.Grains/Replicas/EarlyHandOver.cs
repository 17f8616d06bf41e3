using Microsoft.Extensions.Hosting;

namespace StreamCoord.Grains.Replicas;

/// <summary>
/// Hands over what this silo leads when its host begins to stop: while its listeners still answer, so that clients hear from it who leads now. The silo's own lifecycle ends later, when connections are closed already.
/// </summary>
internal sealed class EarlyHandOver(ReplicaRegistry replicas) : IHostedLifecycleService
{
    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => replicas.HandOverAsync();

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
