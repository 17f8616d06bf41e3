using StreamCoord.Conformance.Tests.ZooKeeper.Wire;

namespace StreamCoord.Conformance.Tests.ZooKeeper.Paired;

/// <summary>What no client of good will sends.</summary>
[Collection(nameof(PairedCollection))]
public sealed class BadInputScenarios(ServicePair pair)
{
    private const int FrameBytesMax = 0xFFFFF;

    public static TheoryData<int> Opcodes =>
    [
        Opcode.Create, Opcode.Delete, Opcode.Exists, Opcode.GetData, Opcode.SetData, Opcode.GetAcl, Opcode.SetAcl, Opcode.GetChildren, Opcode.Sync, Opcode.GetChildren2, Opcode.Multi, Opcode.Create2,
        Opcode.Reconfig, Opcode.CheckWatches, Opcode.RemoveWatches, Opcode.CreateContainer, Opcode.CreateTtl, Opcode.MultiRead, Opcode.SetWatches, Opcode.GetEphemerals, Opcode.GetAllChildrenNumber,
        Opcode.SetWatches2, Opcode.AddWatch,
    ];

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(-2)]
    [InlineData(10)]
    [InlineData(23)]
    [InlineData(99)]
    [InlineData(108)]
    [InlineData(500)]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    public Task UnknownRequests(int opcode) => pair.CompareAsync(async script =>
    {
        ScriptClient client = await script.ConnectAsync();
        ScriptReply reply = await client.CallAsync(new Request(opcode, []));
        if (!reply.IsClosed)
        {
            await client.ExpectCloseAsync();
        }
        ScriptClient again = await script.ConnectAsync(new ConnectRequest { SessionId = client.Session!.SessionId, Password = client.Session.Password });
        await again.CallAsync(Request.Exists(script.Root));
    });

    [Theory]
    [MemberData(nameof(Opcodes))]
    public Task RecordsThatEndTooSoon(int opcode) => pair.CompareAsync(async script =>
    {
        foreach (byte[] body in (byte[][])[[], [0, 0], [0, 0, 0, 9], [0xff, 0xff, 0xff, 0xfe], [0x7f, 0xff, 0xff, 0xff, 1, 2], [.. new JuteWriter().Text(script.Root).ToArray(), 0]])
        {
            ScriptClient client = await script.ConnectAsync();
            ScriptReply reply = await client.CallAsync(new Request(opcode, body));
            if (!reply.IsClosed)
            {
                await client.CallAsync(Request.Exists(script.Root));
            }
            client.Dispose();
        }
    });

    [Fact]
    public Task MoreThanTheRecord() => pair.CompareAsync(async script =>
    {
        ScriptClient client = await script.ConnectAsync();
        Request[] requests = [Request.Exists(script.Root), Request.Create(script.Path("a")), Request.GetChildren(script.Root), Request.Multi(Request.Check(script.Root)), Request.WhoAmI(), Request.Sync(script.Root)];
        await client.CallAsync([.. requests.Select(request => request with { Body = [.. request.Body, 1, 2, 3] })]);
    });

    [Theory]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    [InlineData(FrameBytesMax + 1)]
    public Task LengthsOutOfRange(int length) => pair.CompareAsync(async script =>
    {
        ScriptClient client = await script.ConnectAsync();
        await client.CallAsync(Request.Create(script.Path("a"), "", 1));
        await client.SendAsync(new JuteWriter().Int(length).Int(1).Int(Opcode.Exists).ToArray());
        await client.ExpectCloseAsync();

        ScriptClient first = await script.OpenAsync();
        await first.SendAsync(new JuteWriter().Int(length).ToArray());
        await first.ExpectCloseAsync();
        ScriptClient again = await script.ConnectAsync(new ConnectRequest { SessionId = client.Session!.SessionId, Password = client.Session.Password });
        await again.CallAsync(Request.Exists(script.Path("a")));
    });

    [Fact]
    public Task TheBiggestFrame() => pair.CompareAsync(async script =>
    {
        ScriptClient client = await script.ConnectAsync();
        int rest = 8 + Request.SetData(script.Root, "").Body.Length;
        await client.CallAsync(Request.SetData(script.Root, new string('x', FrameBytesMax - rest)), Request.Exists(script.Root));
    });

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(7)]
    public Task FramesWithoutAHeader(int length) => pair.CompareAsync(async script =>
    {
        ScriptClient client = await script.ConnectAsync();
        await client.SendAsync(new JuteWriter().Int(length).Raw(new byte[length]).ToArray());
        await client.ExpectCloseAsync();
    });

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(27)]
    [InlineData(43)]
    public Task HandshakesThatEndTooSoon(int length) => pair.CompareAsync(async script =>
    {
        ScriptClient client = await script.OpenAsync();
        await client.SendAsync(new JuteWriter().Int(length).Raw(new ConnectRequest().ToFrame()[4..(4 + length)]).ToArray());
        await client.ExpectCloseAsync();
    });

    [Fact]
    public Task HandshakesWithBadPasswords() => pair.CompareAsync(async script =>
    {
        foreach (int length in (int[])[-2, 1000, int.MaxValue, int.MinValue])
        {
            ScriptClient client = await script.OpenAsync();
            await client.SendAsync(new JuteWriter().Int(45).Int(0).Long(0).Int(10_000).Long(0).Int(length).Raw(new byte[17]).ToArray());
            await client.ExpectCloseAsync();
        }
    });

    [Fact]
    public Task AFrameInSinglePieces() => pair.CompareAsync(async script =>
    {
        ScriptClient client = await script.ConnectAsync();
        byte[] frame = Request.GetData(script.Root).ToFrame(1);
        foreach (byte one in frame[..^1])
        {
            await client.SendAsync([one]);
        }
        await client.SendAsync([frame[^1]], behind: null, Request.GetData(script.Root));
        await client.ReadReplyAsync();
    });

    [Fact]
    public Task UnusualXids() => pair.CompareAsync(async script =>
    {
        ScriptClient client = await script.ConnectAsync();
        foreach (int xid in (int[])[0, int.MaxValue, 5, 5, int.MinValue, -3, -2, -8])
        {
            await client.CallAsync(Request.GetData(script.Root) with { Xid = xid });
        }
        await client.CallAsync(Request.Ping() with { Xid = 7 }, Request.SetWatches(0, [], [], []) with { Xid = 9 }, Request.Ping(), Request.Ping() with { Body = [1, 2, 3] });
        await client.CallAsync(Request.Close() with { Xid = int.MaxValue });
        await client.ExpectCloseAsync();
    });

    [Fact]
    public Task DeleteContainer_IsNotForClients() => pair.CompareAsync(async script =>
    {
        ScriptClient client = await script.ConnectAsync();
        await client.CallAsync(Request.CreateContainer(script.Path("c")));
        await client.CallAsync(new Request(Opcode.DeleteContainer, new JuteWriter().Text(script.Path("c")).ToArray()), KnownDifference.DeleteContainerIsTheServersOwn);
        ScriptClient other = await script.ConnectAsync();
        await other.CallAsync(Request.Exists(script.Path("c")));
    });

    /// <summary>3.8.0 never answers these, and nobody can wait for that; later servers, and the silo, say that they do not know them.</summary>
    [Theory]
    [InlineData(Opcode.Check)]
    [InlineData(Opcode.CreateSession)]
    public Task WhatTheReferenceNeverAnswers(int opcode) => pair.CompareAsync(async script =>
    {
        if (!script.IsReference)
        {
            using var unseen = new Script(script.Address, script.Root, isReference: false);
            ScriptClient client = await unseen.ConnectAsync();
            Assert.Equal(-6, (await client.CallAsync(Request.Check(script.Root) with { Opcode = opcode })).Error);
            await client.ExpectCloseAsync();
            Assert.EndsWith("closed", unseen.Lines[^1], StringComparison.Ordinal);
        }
    });

    [Fact]
    public Task HalfAFrameAtTheEnd() => pair.CompareAsync(async script =>
    {
        ScriptClient client = await script.ConnectAsync();
        await client.CallAsync(Request.Create(script.Path("a"), "", 1));
        await client.SendAsync(Request.SetData(script.Root, "never").ToFrame(2)[..^1]);
        client.EndSending();
        await client.ExpectCloseAsync();
        ScriptClient again = await script.ConnectAsync(new ConnectRequest { SessionId = client.Session!.SessionId, Password = client.Session.Password });
        await again.CallAsync(Request.GetData(script.Root), Request.Exists(script.Path("a")));
    });
}
