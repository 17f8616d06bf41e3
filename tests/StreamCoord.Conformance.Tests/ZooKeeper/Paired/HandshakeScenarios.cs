using StreamCoord.Conformance.Tests.ZooKeeper.Wire;

namespace StreamCoord.Conformance.Tests.ZooKeeper.Paired;

/// <summary>How a connection begins and ends, and how a session goes from one to the next.</summary>
[Collection(nameof(PairedCollection))]
public sealed class HandshakeScenarios(ServicePair pair)
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(ServicePair.TickTimeMs)]
    [InlineData(5_500)]
    [InlineData(1_000_000)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public Task Timeouts(int timeoutMs) => pair.CompareAsync(async script =>
    {
        ScriptClient client = await script.ConnectAsync(new ConnectRequest { TimeoutMs = timeoutMs });
        await client.CallAsync(Request.Exists(script.Root), Request.Ping());
    });

    [Theory]
    [InlineData(null)]
    [InlineData(0)]
    [InlineData(1)]
    public Task TheReadOnlyByte(int? readOnly) => pair.CompareAsync(async script =>
    {
        ScriptClient client = await script.ConnectAsync(new ConnectRequest { ReadOnly = (byte?)readOnly });
        await client.CallAsync(Request.Exists(script.Root), Request.Create(script.Path("a"), "", 1));
    });

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(200)]
    public Task PasswordsOfNewSessions(int length) => pair.CompareAsync(async script =>
    {
        ScriptClient client = await script.ConnectAsync(new ConnectRequest { Password = length < 0 ? null : new byte[length] });
        await client.CallAsync(Request.Exists(script.Root));
    });

    [Fact]
    public Task TheProtocolsVersion_IsNotLookedAt() => pair.CompareAsync(async script =>
    {
        await script.ConnectAsync(new ConnectRequest { ProtocolVersion = 7 });
        await script.ConnectAsync(new ConnectRequest { ProtocolVersion = -1 });
    });

    [Fact]
    public Task ASessionIsResumed() => pair.CompareAsync(async script =>
    {
        ScriptClient first = await script.ConnectAsync(new ConnectRequest { TimeoutMs = 10_000 });
        ScriptReply made = await first.CallAsync(Request.Create(script.Path("a"), "", 1));
        first.Dispose();
        ConnectRequest resume = new() { SessionId = first.Session!.SessionId, Password = first.Session.Password, TimeoutMs = 5_000, LastZxidSeen = made.Zxid, ReadOnly = null };
        ScriptClient second = await script.ConnectAsync(resume);
        await second.CallAsync(Request.Exists(script.Path("a")), Request.GetEphemerals("/"), Request.WhoAmI());

        // Whoever comes later has the session; the connection before is closed.
        ScriptClient third = await script.ConnectAsync(resume with { TimeoutMs = 15_000 });
        await second.ExpectCloseAsync();
        await third.CallAsync(Request.Exists(script.Path("a")), Request.Close());
        await third.ExpectCloseAsync();
        ScriptClient late = await script.ConnectAsync(resume);
        await late.ExpectCloseAsync();
    });

    [Fact]
    public Task ASessionIsRefused() => pair.CompareAsync(async script =>
    {
        ScriptClient holder = await script.ConnectAsync();
        await holder.CallAsync(Request.Create(script.Path("a"), "", 1));
        foreach (byte? readOnly in (byte?[])[0, null])
        {
            ScriptClient unknown = await script.ConnectAsync(new ConnectRequest { SessionId = 0x1234567, Password = holder.Session!.Password, ReadOnly = readOnly });
            await unknown.ExpectCloseAsync();
        }
    });

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    public Task AWrongPassword(int length) => pair.CompareAsync(async script =>
    {
        ScriptClient holder = await script.ConnectAsync();
        await holder.CallAsync(Request.Create(script.Path("a"), "", 1));
        ScriptClient thief = await script.ConnectAsync(new ConnectRequest { SessionId = holder.Session!.SessionId, Password = length < 0 ? null : new byte[length] });
        await thief.ExpectCloseAsync();

        // The reference closes the holder's connection before it looks at the password, which helps nobody: the silo does not. The session lives on at both.
        if (!script.IsReference)
        {
            Assert.False((await CallUnseenAsync(script, holder)).IsClosed);
        }
        ScriptClient again = await script.ConnectAsync(new ConnectRequest { SessionId = holder.Session.SessionId, Password = holder.Session.Password });
        await again.CallAsync(Request.Exists(script.Path("a")));
    });

    [Fact]
    public Task AClientThatHasSeenTheFuture_IsSentElsewhere() => pair.CompareAsync(async script =>
    {
        ScriptClient client = await script.ConnectAsync();
        ScriptReply newest = await client.CallAsync(Request.SetData(script.Root, "x"));
        await script.ConnectAsync(new ConnectRequest { LastZxidSeen = newest.Zxid });
        await script.ConnectAsync(new ConnectRequest { LastZxidSeen = newest.Zxid + 1_000 });
        await script.ConnectAsync(new ConnectRequest { LastZxidSeen = long.MaxValue });
        await script.ConnectAsync(new ConnectRequest { LastZxidSeen = -1 });
    });

    [Fact]
    public Task WhatComesRightBehindTheHandshake_IsAnswered() => pair.CompareAsync(async script =>
    {
        ScriptClient client = await script.OpenAsync();
        Request auth = Request.Auth("digest", "user:password"), watches = Request.SetWatches(0, [script.Root], [], []), get = Request.GetData(script.Root);
        await client.SendAsync([.. auth.ToFrame(Opcode.AuthXid), .. watches.ToFrame(Opcode.SetWatchesXid), .. get.ToFrame(1)], behind: new ConnectRequest(), auth, watches, get);
        await client.ReadReplyAsync();
        await client.ReadReplyAsync();
        await client.ReadReplyAsync();
    });

    [Fact]
    public Task ASilentSessionExpires() => pair.CompareAsync(async script =>
    {
        ScriptClient silent = await script.ConnectAsync(new ConnectRequest { TimeoutMs = 2 * ServicePair.TickTimeMs }), watcher = await script.ConnectAsync();
        await silent.CallAsync(Request.Create(script.Path("a"), "", 1));
        await watcher.CallAsync(Request.Exists(script.Path("a"), watch: true));
        await watcher.ExpectEventAsync();
        await silent.ExpectCloseAsync();
        ScriptClient late = await script.ConnectAsync(new ConnectRequest { SessionId = silent.Session!.SessionId, Password = silent.Session.Password });
        await late.ExpectCloseAsync();
        await watcher.CallAsync(Request.GetChildren2(script.Root));
    });

    [Fact]
    public Task RequestsInOnePiece_AreAnsweredInTheirOrder() => pair.CompareAsync(async script =>
    {
        ScriptClient client = await script.ConnectAsync();
        await client.PipelineAsync(
        [
            .. Enumerable.Range(0, 100).SelectMany(i => (Request[])
                [Request.Create(script.Path("s"), $"{i}", 2), Request.GetChildren2(script.Root), Request.SetData(script.Root, $"{i}", i), Request.GetData(script.Root), Request.Ping(), Request.Sync("/")]),
        ]);
        await client.PipelineAsync(Request.Create(script.Path("e"), "", 1), Request.Close());
        await client.ExpectCloseAsync();
    });

    private static async Task<ScriptReply> CallUnseenAsync(Script script, ScriptClient client)
    {
        int before = script.Count;
        ScriptReply reply = await client.CallAsync(Request.Exists(script.Root));
        script.Forget(before);
        return reply;
    }
}
