using System.Formats.Tar;
using Microsoft.Extensions.Logging;
using StreamCoord.Backups;
using StreamCoord.Partitions;

namespace StreamCoord.Grains.Backups;

/// <inheritdoc cref="IBackup"/>
internal sealed partial class Backup(
    IGrainFactory grains, IReadOnlyList<IBackupNodeGrain> silos, BackupManifest manifest, IReadOnlyList<PartitionCut> cuts, Zxid zxid, TimeProvider time, ILogger logger) : IBackup
{
    private static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _ended = new();
    private Task _signs = Task.CompletedTask;

    /// <inheritdoc/>
    public Zxid Zxid => zxid;

    /// <inheritdoc/>
    public async Task WriteAsync(Stream output, CancellationToken cancellationToken)
    {
        _signs = KeepMaintenanceAwayAsync();
        await using var archive = new TarWriter(output, TarEntryFormat.Pax, leaveOpen: true);
        var files = new BackupFiles(archive, manifest.TakenAt);
        using var segment = new MemoryStream();
        foreach (PartitionCut cut in cuts)
        {
            await new PartitionCopy(grains.GetGrain<IPartitionGrain>(cut.Partition.ToString()), cut, zxid, segment, files, time).RunAsync(cancellationToken);
        }
        await files.WriteAsync(BackupManifest.FileName, manifest.ToBytes(), cancellationToken);
        LogWritten(logger, manifest.BackupId, files.WrittenBytes);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _signs;
        _ended.Dispose();
        await TellAsync(silo => silo.End(manifest.BackupId));
    }

    private async Task KeepMaintenanceAwayAsync()
    {
        using var timer = new PeriodicTimer(SignOfLife, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_ended.Token))
            {
                await TellAsync(silo => silo.KeepMaintenanceAway(manifest.BackupId));
            }
        }
        catch (OperationCanceledException)
        {
            // The backup has ended.
        }
    }

    private async Task TellAsync(Func<IBackupNodeGrain, Task> tell)
    {
        try
        {
            await Task.WhenAll(silos.Select(tell));
        }
        catch (Exception failure) when (failure is OrleansException or TimeoutException or OperationCanceledException)
        {
            // A call may also end as cancelled, which must not end the signs of life. What it led is led by another by now, which has been told.
            LogNotTold(logger, failure.Message);
        }
    }

    [LoggerMessage(3011, LogLevel.Information, "Backup {BackupId} is written: {SizeBytes} bytes.")]
    private static partial void LogWritten(ILogger logger, Guid backupId, long sizeBytes);

    [LoggerMessage(3012, LogLevel.Warning, "A silo could not be told that a backup goes on or has ended: {Reason}")]
    private static partial void LogNotTold(ILogger logger, string reason);
}
