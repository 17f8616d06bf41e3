using System.Text.Json;
using StreamCoord.Grains.Topics;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Backups;

/// <summary>The znode that every backup writes, so that its point is a transaction of the tree. Keeps nothing; safe for concurrent use.</summary>
internal sealed class BackupMark(ICoordination tree)
{
    /// <summary>The znode.</summary>
    public const string Path = "/streamcoord/backup";

    /// <summary>Writes which backup is being taken; returns the transaction, which this silo has applied.</summary>
    /// <exception cref="TreeRefusedException">It could not be written, or it is not known whether it was.</exception>
    public async Task<Zxid> WriteAsync(Guid backupId, DateTimeOffset takenAt)
    {
        byte[] data = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["backup_id"] = backupId.ToString(), ["taken_at"] = takenAt.ToString("O") });
        ZNodeReply reply = await tree.RequestAsync(ZNodeCaller.Service, new SetDataOperation(Path, data));
        if (reply.Error == ZNodeError.NoNode)
        {
            reply = await tree.RequestAsync(ZNodeCaller.Service, new CreateOperation(Path, data, AclEntry.ReadOnly));
        }
        return reply.IsOk ? reply.Zxid : throw new TreeRefusedException($"{Path} could not be written: {reply.Error}: {reply.Message}");
    }
}
