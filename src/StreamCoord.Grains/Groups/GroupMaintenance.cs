using Microsoft.Extensions.Logging;
using StreamCoord.Groups;

namespace StreamCoord.Grains.Groups;

/// <summary>
/// Has the groups that need it looked after, at the silo's start and from time to time: those with members, whose sessions would not end otherwise after a restart, and those whose offsets may expire.
/// One per silo.
/// </summary>
internal sealed partial class GroupMaintenance(
    OffsetsPartitions partitions, IGrainFactory grains, GroupOptions options, TimeProvider time, ILogger<GroupMaintenance> logger)
    : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(nameof(GroupMaintenance), ServiceLifecycleStage.Active + 1, _ => StartAsync(), _ => StopAsync());

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

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
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(options.RetentionCheckIntervalMs), time);
        try
        {
            do
            {
                await RunRoundAsync();
            }
            while (await timer.WaitForNextTickAsync(_stopping.Token));
        }
        catch (OperationCanceledException)
        {
            // The silo stops.
        }
    }

    private async Task RunRoundAsync()
    {
        try
        {
            foreach (OffsetsPartition partition in await partitions.FindUsedAsync())
            {
                OffsetsTerm term = await partition.GetTermAsync();
                long nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
                foreach (StoredGroup group in term.Groups.Where(group => group.NeedsMaintenance(options.OffsetsRetentionMs, nowMs)))
                {
                    _stopping.Token.ThrowIfCancellationRequested();
                    await grains.GetGrain<IConsumerGroupGrain>(group.GroupId).Maintain();
                }
            }
        }
#pragma warning disable CA1031 // One round that fails, for whatever reason, must not end all later ones.
        catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
        {
            LogRoundFailed(logger, exception);
        }
    }

    [LoggerMessage(2604, LogLevel.Warning, "A round of group maintenance failed; the next one tries again.")]
    private static partial void LogRoundFailed(ILogger logger, Exception exception);
}
