using StreamCoord.Backups;
using StreamCoord.Gateway.Http.Errors;

namespace StreamCoord.Gateway.Http.Resources;

/// <summary>/v1/backups: everything at one point in time, as an archive. Safe for concurrent use.</summary>
internal sealed class BackupResource(IBackups backups)
{
    /// <summary>Takes a backup and sends it while it is read.</summary>
    public async Task PostAsync(HttpContext context)
    {
        BackupReply reply = await backups.BeginAsync();
        if (reply.Backup is null)
        {
            throw new RequestException(GatewayErrors.Of(reply.Error, reply.Message));
        }
        await using IBackup backup = reply.Backup;
        context.Response.ContentType = "application/x-tar";
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"streamcoord-{backup.Zxid}.tar\"";
        context.Response.Headers["X-Zxid"] = backup.Zxid.ToString();
        await backup.WriteAsync(context.Response.Body, context.RequestAborted);
    }
}
