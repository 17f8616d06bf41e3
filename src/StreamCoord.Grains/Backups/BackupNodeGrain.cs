using Orleans.Concurrency;
using StreamCoord.Grains.Cluster;
using StreamCoord.Log;

namespace StreamCoord.Grains.Backups;

/// <inheritdoc cref="IBackupNodeGrain"/>
[Reentrant, NodePlacement, GrainType("backup-node")]
internal sealed class BackupNodeGrain(LogManager logs) : Grain, IBackupNodeGrain
{
    /// <summary>Many times what it takes to note a point, and less than clients wait for an answer.</summary>
    private static readonly TimeSpan HoldMax = TimeSpan.FromSeconds(5);

    /// <summary>Whoever takes the backup says several times in it that it goes on.</summary>
    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(60);

    public Task<bool> Hold(Guid backup)
    {
        bool isHeld = logs.Gate.TryClose(backup, HoldMax);
        if (isHeld)
        {
            logs.Pause.Extend(backup, PauseMax);
        }
        return Task.FromResult(isHeld);
    }

    public Task<bool> Release(Guid backup) => Task.FromResult(logs.Gate.Open(backup));

    public Task KeepMaintenanceAway(Guid backup)
    {
        logs.Pause.Extend(backup, PauseMax);
        return Task.CompletedTask;
    }

    public Task End(Guid backup)
    {
        logs.Pause.End(backup);
        return Task.CompletedTask;
    }
}
