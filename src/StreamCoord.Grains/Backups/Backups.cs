using Microsoft.Extensions.Logging;
using StreamCoord.Backups;
using StreamCoord.Grains.Cluster;
using StreamCoord.Grains.Topics;
using StreamCoord.Replication;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Backups;

/// <inheritdoc cref="IBackups"/>
/// <remarks>
/// The point: all silos hold back appends; then a znode is written; then every partition is asked up to where it has committed; then appends go on. A record that is below such an end was sent before its silo held back, so whatever
/// was acknowledged before that is below the other ends, which are asked for later, or in a transaction before the znode's. What is written to the tree behind that transaction is left out.
/// </remarks>
internal sealed partial class Backups(
    PartitionEnds ends, IGrainFactory grains, IClusterNodes nodes, ICoordination tree, ClusterIdentity identity, TimeProvider time, ILogger<Backups> logger) : IBackups
{
    private const int AttemptsMax = 3;

    /// <inheritdoc/>
    public async Task<BackupReply> BeginAsync()
    {
        var id = Guid.NewGuid();
        BackupReply? refusal = null;
        for (int attempt = 1; attempt <= AttemptsMax; attempt++)
        {
            try
            {
                // Opens every log, so that nothing has to be opened while appends are held back.
                PartitionCuts before = await ends.FindAsync();
                BackupReply reply = await TakeAsync(id, before);
                if (reply.Error is ErrorCode.None or ErrorCode.ConcurrentTransactions)
                {
                    return reply;
                }
                refusal = reply;
            }
            catch (Exception failure) when (failure is OrleansException or TimeoutException or TreeRefusedException)
            {
                refusal = Refused(failure.Message);
            }
        }
        LogRefused(logger, refusal!.Message!);
        return refusal;
    }

    private async Task<BackupReply> TakeAsync(Guid id, PartitionCuts before)
    {
        ReplicaId[] alive = [.. nodes.Alive];
        IBackupNodeGrain[] silos = [.. alive.Select(replica => grains.GetGrain<IBackupNodeGrain>(NodeKey.Of(replica.Node, "")))];
        long started = time.GetTimestamp();
        bool areHeld = false;
        PartitionCuts? noted = null;
        Zxid zxid = default;
        DateTimeOffset takenAt = time.GetUtcNow();
        try
        {
            areHeld = Array.TrueForAll(await Task.WhenAll(silos.Select(silo => silo.Hold(id))), isHeld => isHeld);
            if (!areHeld)
            {
                return new BackupReply(ErrorCode.ConcurrentTransactions, "Another backup is being begun. Try again.", null);
            }
            zxid = await new BackupMark(tree).WriteAsync(id, takenAt);
            noted = await ends.FindAsync();
        }
        finally
        {
            // A silo that is not reached lets go by itself.
            bool[] released = await Task.WhenAll(silos.Select(silo => ReleaseAsync(silo, id)));
            areHeld &= Array.TrueForAll(released, wasHeld => wasHeld);
        }
        if (noted.FindProblem(before) is { } problem)
        {
            return Refused(problem);
        }
        if (!areHeld || !nodes.Alive.SetEquals(alive))
        {
            return Refused("It took too long to note where all partitions end, or silos came or went meanwhile.");
        }
        LogTaken(logger, id, zxid, noted.All.Count, alive.Length, time.GetElapsedTime(started).TotalMilliseconds);
        return new BackupReply(ErrorCode.None, null, new Backup(grains, silos, BackupManifest.Of(id, identity.ClusterId, zxid.Value, takenAt, noted.All), noted.All, zxid, time, logger));
    }

    private static async Task<bool> ReleaseAsync(IBackupNodeGrain silo, Guid id)
    {
        try
        {
            return await silo.Release(id);
        }
        catch (Exception failure) when (failure is OrleansException or TimeoutException or OperationCanceledException)
        {
            return false;
        }
    }

    private static BackupReply Refused(string reason) => new(ErrorCode.LeaderNotAvailable, $"No backup could be taken: {reason} Try again.", null);

    [LoggerMessage(3001, LogLevel.Information, "Backup {BackupId} is of transaction {Zxid}: {Partitions} partitions on {Silos} silos took no records for {HeldMs:0} ms.")]
    private static partial void LogTaken(ILogger logger, Guid backupId, Zxid zxid, int partitions, int silos, double heldMs);

    [LoggerMessage(3002, LogLevel.Warning, "{Reason}")]
    private static partial void LogRefused(ILogger logger, string reason);
}
