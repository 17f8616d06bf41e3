using System.Text;
using StreamCoord.Backups;

namespace StreamCoord.Gateway.Http.Tests.Fakes;

/// <summary>Backups whose end can be chosen.</summary>
public sealed class FakeBackups : IBackups
{
    public const string Content = "an archive";

    /// <summary>What refuses them; null to take them.</summary>
    public BackupReply? Refusal { get; set; }

    /// <summary>How many bytes are written before one fails; null for none to fail.</summary>
    public int? FailsBehind { get; set; }

    /// <summary>How many were disposed.</summary>
    public int EndedCount { get; private set; }

    public Task<BackupReply> BeginAsync() => Task.FromResult(Refusal ?? new BackupReply(ErrorCode.None, null, new FakeBackup(this)));

    private sealed class FakeBackup(FakeBackups owner) : IBackup
    {
        public Zxid Zxid => new(0x100000007);

        public async Task WriteAsync(Stream output, CancellationToken cancellationToken)
        {
            byte[] bytes = Encoding.ASCII.GetBytes(Content);
            await output.WriteAsync(bytes.AsMemory(0, owner.FailsBehind ?? bytes.Length), cancellationToken);
            await output.FlushAsync(cancellationToken);
            if (owner.FailsBehind is not null)
            {
                throw new BackupFailedException("orders-0 could not be read at offset 7: the disk failed.");
            }
        }

        public ValueTask DisposeAsync()
        {
            owner.EndedCount++;
            return ValueTask.CompletedTask;
        }
    }
}
