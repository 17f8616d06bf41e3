using StreamCoord.Backups;
using StreamCoord.Gateway.Http.Tests.Fakes;

namespace StreamCoord.Gateway.Http.Tests;

public sealed class BackupResourceTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_backup_is_sent_as_a_file_that_is_named_after_its_transaction()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        using HttpResponseMessage response = await host.Client.PostAsync("/v1/backups", null, Cancelled);
        Assert.Equal(("application/x-tar", "streamcoord-0x100000007.tar"), (response.Content.Headers.ContentType!.MediaType, response.Content.Headers.ContentDisposition!.FileName));
        Assert.Equal(["0x100000007"], response.Headers.GetValues("X-Zxid"));
        Assert.Equal(FakeBackups.Content, await response.Content.ReadAsStringAsync(Cancelled));
        Assert.Equal(1, host.Backups.EndedCount);
    }

    [Fact]
    public async Task A_backup_that_cannot_be_taken_is_answered_with_the_reason()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Backups.Refusal = new BackupReply(ErrorCode.ConcurrentTransactions, "Another backup is being taken.", null);
        (await host.JsonAsync(HttpMethod.Post, "/v1/backups", "")).Problem(503, "CONCURRENT_TRANSACTIONS");
    }

    [Fact]
    public async Task A_backup_that_fails_on_its_way_is_broken_off_and_ended()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Backups.FailsBehind = 4;
        await Assert.ThrowsAsync<HttpRequestException>(() => host.Client.PostAsync("/v1/backups", null, Cancelled));
        Assert.Equal(1, host.Backups.EndedCount);
    }
}
