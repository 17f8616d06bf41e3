using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.Http.Tests.ZNodes;

public sealed class SessionResourceTests
{
    private static readonly SessionId Id = new(0x1000000000000a1);
    private static readonly byte[] Password = [.. Enumerable.Range(0, 16).Select(i => (byte)i)];
    private static readonly (string, string) Proof = ("X-Session-Password", Convert.ToBase64String(Password));

    [Fact]
    public async Task A_session_is_opened_kept_described_and_closed()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Coordination.Sessions[Id] = Password;
        host.Coordination.Answer = operation => operation switch
        {
            OpenSessionOperation => new ZNodeReply { Session = new SessionGrant(Id, Password, 4000) },
            GetEphemeralsOperation => new ZNodeReply { Names = ["/b", "/a"] },
            _ => new ZNodeReply(),
        };
        Answer opened = await host.JsonAsync(HttpMethod.Post, "/v1/sessions", """{"timeout_ms":1234}""");
        Assert.Equal((201, "/v1/sessions/0x1000000000000a1"), (opened.Status, opened.Location));
        Assert.Equal("""{"id":"0x1000000000000a1","password":"AAECAwQFBgcICQoLDA0ODw==","timeout_ms":4000}""", opened.Body);
        Assert.Equal(new OpenSessionOperation(1234, new NodeId(1)), host.Coordination.Requests.Last().Operation);

        Answer described = (await host.ZNodeAsync("GET", opened.Location!, null, Proof)).Answer;
        Assert.Equal((200, """{"id":"0x1000000000000a1","timeout_ms":4000,"ephemerals":["/a","/b"]}"""), (described.Status, described.Body));
        Assert.Equal(Id, host.Coordination.Requests.Last().Caller.Session);

        Answer kept = (await host.ZNodeAsync("PUT", opened.Location!, null, Proof)).Answer;
        Assert.Equal((200, """{"id":"0x1000000000000a1","timeout_ms":4000}"""), (kept.Status, kept.Body));

        Assert.Equal(204, (await host.ZNodeAsync("DELETE", opened.Location!, null, Proof)).Answer.Status);
        Assert.Equal(new CloseSessionOperation(Id), host.Coordination.Requests.Last().Operation);
    }

    [Fact]
    public async Task An_empty_body_asks_for_the_default()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Coordination.Answer = _ => new ZNodeReply { Session = new SessionGrant(Id, Password, 4000) };
        Assert.Equal(201, (await host.SendAsync(HttpMethod.Post, "/v1/sessions", null)).Status);
        Assert.Equal(201, (await host.JsonAsync(HttpMethod.Post, "/v1/sessions", "{}")).Status);
        Assert.All(host.Coordination.Requests, request => Assert.Equal(30_000, Assert.IsType<OpenSessionOperation>(request.Operation).TimeoutMs));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("""{"timeout_ms":0}""")]
    [InlineData("""{"timeout_ms":"5"}""")]
    [InlineData("""{"timeout_ms":2147483648}""")]
    [InlineData("""{"timeout":5}""")]
    public async Task What_cannot_be_a_timeout_is_refused(string body)
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        (await host.JsonAsync(HttpMethod.Post, "/v1/sessions", body)).Problem(400, "BadArguments");
    }

    [Fact]
    public async Task Broken_json_is_refused_with_its_place()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        (await host.JsonAsync(HttpMethod.Post, "/v1/sessions", """{"timeout_ms":5""")).Problem(400, "MarshallingError");
        (await host.JsonAsync(HttpMethod.Post, "/v1/sessions", $"{{{new string(' ', 5000)}}}")).Problem(413, "BadArguments");
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task Only_its_owner_reaches_a_session(string method)
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Coordination.Sessions[Id] = Password;
        (await host.ZNodeAsync(method, $"/v1/sessions/{Id}")).Answer.Problem(401, "AuthFailed");
        (await host.ZNodeAsync(method, $"/v1/sessions/{Id}", null, ("X-Session-Password", Convert.ToBase64String(new byte[16])))).Answer.Problem(401, "AuthFailed");
        (await host.ZNodeAsync(method, "/v1/sessions/0xa2", null, Proof)).Answer.Problem(410, "SessionExpired");
        (await host.ZNodeAsync(method, "/v1/sessions/none", null, Proof)).Answer.Problem(400, "BadArguments");
        Assert.Empty(host.Coordination.Requests);
    }
}
