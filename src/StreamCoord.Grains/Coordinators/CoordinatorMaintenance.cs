using Microsoft.Extensions.Logging;

namespace StreamCoord.Grains.Coordinators;

/// <summary>Has what a coordinator keeps looked after, at the silo's start and from time to time. One per silo and coordinator.</summary>
internal abstract partial class CoordinatorMaintenance(int intervalMs, TimeProvider time, ILogger logger) : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(GetType().Name, ServiceLifecycleStage.Active + 1, _ => StartAsync(), _ => StopAsync());

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    /// <summary>One round. What it throws ends the round, and the next one tries again.</summary>
    protected abstract Task RunRoundAsync(CancellationToken stopping);

    private Task StartAsync()
    {
        _running = Task.Run(RunAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    private async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _running;
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(intervalMs), time);
        try
        {
            do
            {
                await TryRunRoundAsync();
            }
            while (await timer.WaitForNextTickAsync(_stopping.Token));
        }
        catch (OperationCanceledException)
        {
            // The silo stops.
        }
    }

    private async Task TryRunRoundAsync()
    {
        try
        {
            await RunRoundAsync(_stopping.Token);
        }
#pragma warning disable CA1031 // One round that fails, for whatever reason, must not end all later ones. A call may also end as cancelled.
        catch (Exception exception) when (exception is not OperationCanceledException || !_stopping.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogRoundFailed(logger, exception);
        }
    }

    [LoggerMessage(2604, LogLevel.Warning, "A round of a coordinator's maintenance failed; the next one tries again.")]
    private static partial void LogRoundFailed(ILogger logger, Exception exception);
}
