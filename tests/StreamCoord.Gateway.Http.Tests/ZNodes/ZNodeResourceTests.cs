using System.Text;
using Microsoft.Extensions.Time.Testing;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.Http.Tests.ZNodes;

public sealed class ZNodeResourceTests
{
    private static readonly ZNodeStat Stat = new(new(0x100000001), new(0x100000002), 1_700_000_000_000, 1_700_000_000_001, 3, 4, 5, new(0x1000000000000a1), 2, 7, new(0x100000003));

    private const string StatJson =
        "\"stat\":" + """{"czxid":"0x100000001","mzxid":"0x100000002","pzxid":"0x100000003","ctime":1700000000000,"mtime":1700000000001,"version":3,"cversion":4,"aversion":5,"ephemeral_owner":"0x1000000000000a1","data_length":2,"num_children":7}""";

    [Fact]
    public async Task A_znode_is_shown_with_its_data_and_stat()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Coordination.Answer = _ => new ZNodeReply { Data = "hé"u8.ToArray(), Stat = Stat, Zxid = new(0x100000009) };

        (Answer answer, HttpResponseMessage response) = await host.ZNodeAsync("GET", "/v1/znodes/a/b");

        Assert.Equal((200, "application/json"), (answer.Status, answer.ContentType));
        Assert.Equal($$"""{"path":"/a/b","data_base64":"aMOp","text":"hé",{{StatJson}}}""", answer.Body);
        Assert.Equal(("\"3\"", "0x100000009"), (response.Header("ETag"), response.Header("X-Zxid")));
        Assert.Equal(new GetDataOperation("/a/b"), Assert.Single(host.Coordination.Requests).Operation);
    }

    [Fact]
    public async Task Data_that_is_not_text_or_is_null_is_shown_so()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Coordination.Answer = _ => new ZNodeReply { Data = new byte[] { 0xff } };
        Assert.Equal("""{"path":"/","data_base64":"/w=="}""", (await host.GetAsync("/v1/znodes/")).Body);
        host.Coordination.Answer = _ => new ZNodeReply();
        Assert.Equal("""{"path":"/","data_base64":null}""", (await host.GetAsync("/v1/znodes")).Body);
        host.Coordination.Answer = _ => new ZNodeReply { Data = Array.Empty<byte>() };
        Assert.Equal("""{"path":"/","data_base64":"","text":""}""", (await host.GetAsync("/v1/znodes/")).Body);
    }

    [Fact]
    public async Task Views_show_stat_children_and_access_control_list()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Coordination.Answer = operation => operation switch
        {
            ExistsOperation => new ZNodeReply { Stat = Stat },
            GetChildrenOperation => new ZNodeReply { Names = ["b", "a", "ä"], Stat = Stat },
            GetAclOperation => new ZNodeReply { Acl = [AclEntry.Open[0], new(ZNodePermissions.Read | ZNodePermissions.Create, "digest", "u:hash=")], Stat = Stat },
            _ => throw new ArgumentOutOfRangeException(nameof(operation)),
        };
        (Answer stat, HttpResponseMessage statResponse) = await host.ZNodeAsync("GET", "/v1/znodes/a?view=stat");
        Assert.Equal(($$"""{"path":"/a",{{StatJson}}}""", "\"3\""), (stat.Body, statResponse.Header("ETag")));
        (Answer children, HttpResponseMessage childrenResponse) = await host.ZNodeAsync("GET", "/v1/znodes/a?view=children");
        Assert.Equal(($$"""{"children":["a","b","ä"],{{StatJson}}}""", null), (children.Body, childrenResponse.Header("ETag")));
        (Answer acl, HttpResponseMessage aclResponse) = await host.ZNodeAsync("GET", "/v1/znodes/a?view=acl");
        Assert.Equal(($$"""{"acl":["world:anyone:cdrwa","digest:u:hash=:cr"],{{StatJson}}}""", "\"5\""), (acl.Body, aclResponse.Header("ETag")));
        (await host.GetAsync("/v1/znodes/a?view=data")).Problem(400, "BadArguments");
        (await host.ZNodeAsync("DELETE", "/v1/znodes/a?view=acl")).Answer.Problem(400, "BadArguments");
    }

    [Fact]
    public async Task Head_has_the_headers_and_no_body()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Coordination.Answer = _ => new ZNodeReply { Data = "x"u8.ToArray(), Stat = Stat };
        (Answer answer, HttpResponseMessage response) = await host.ZNodeAsync("HEAD", "/v1/znodes/a");
        Assert.Equal((200, "", "\"3\""), (answer.Status, answer.Body, response.Header("ETag")));
        Assert.Equal(400, (await host.ZNodeAsync("HEAD", "/v1/znodes/a?view=watch")).Answer.Status);
        host.Coordination.Answer = _ => ZNodeReply.Refused(ZNodeError.NoNode, "There is none.");
        Assert.Equal(404, (await host.ZNodeAsync("HEAD", "/v1/znodes/a")).Answer.Status);
    }

    public static TheoryData<string, CreateMode, long> Modes => new()
    {
        { "", CreateMode.Persistent, 0 },
        { "?mode=persistent", CreateMode.Persistent, 0 },
        { "?mode=persistent_sequential", CreateMode.PersistentSequential, 0 },
        { "?mode=container", CreateMode.Container, 0 },
        { "?mode=ttl&ttl_ms=1", CreateMode.PersistentWithTtl, 1 },
        { "?mode=ttl_sequential&ttl_ms=1099511627775", CreateMode.PersistentSequentialWithTtl, (1L << 40) - 1 },
        { "?mode=ephemeral&session=0xa1", CreateMode.Ephemeral, 0 },
        { "?mode=ephemeral_sequential&session=0xa1", CreateMode.EphemeralSequential, 0 },
    };

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task Every_mode_can_be_created(string query, CreateMode mode, long ttlMs)
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Coordination.Sessions[new SessionId(0xa1)] = new byte[16];
        host.Coordination.Answer = _ => new ZNodeReply { Path = "/a b/ü0000000001", Stat = Stat, Zxid = new(5) };

        (Answer answer, HttpResponseMessage response) = await host.ZNodeAsync(
            "POST", $"/v1/znodes/a%20b/%C3%BC{query}", "data"u8.ToArray(), ("X-Session-Password", Convert.ToBase64String(new byte[16])));

        Assert.Equal((201, "/v1/znodes/a%20b/%C3%BC0000000001"), (answer.Status, answer.Location));
        Assert.Equal($$"""{"path":"/a b/ü0000000001",{{StatJson}}}""", answer.Body);
        Assert.Equal("0x5", response.Header("X-Zxid"));
        (ZNodeCaller caller, ZNodeOperation operation) = Assert.Single(host.Coordination.Requests);
        var create = Assert.IsType<CreateOperation>(operation);
        Assert.Equal(("/a b/ü", mode, ttlMs, "data"), (create.Path, create.Mode, create.TtlMs, Encoding.UTF8.GetString(create.Data!.Value.Span)));
        Assert.Equal(AclEntry.Open, create.Acl);
        Assert.Equal(query.Contains("session", StringComparison.Ordinal) ? 0xa1 : 0, caller.Session.Value);
        Assert.Equal(new AuthIdentity("ip", "127.0.0.1"), Assert.Single(caller.Identities));
    }

    [Theory]
    [InlineData("?mode=eternal")]
    [InlineData("?mode=ttl")]
    [InlineData("?mode=ttl&ttl_ms=0")]
    [InlineData("?mode=ttl&ttl_ms=1099511627776")]
    [InlineData("?mode=ttl&ttl_ms=-1")]
    [InlineData("?ttl_ms=5")]
    [InlineData("?mode=ephemeral")]
    [InlineData("?mode=ephemeral_sequential")]
    [InlineData("?mode=persistent&mode=container")]
    [InlineData("?session=12")]
    [InlineData("?session=0x0")]
    [InlineData("?view=acl")]
    public async Task A_create_that_contradicts_itself_is_refused_before_anything_is_asked(string query)
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        (await host.ZNodeAsync("POST", $"/v1/znodes/a{query}", [])).Answer.Problem(400, "BadArguments");
        Assert.Empty(host.Coordination.Requests);
    }

    [Fact]
    public async Task A_sequential_znode_may_consist_of_its_number()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        Assert.Equal(201, (await host.ZNodeAsync("POST", "/v1/znodes/a/?mode=persistent_sequential", [])).Answer.Status);
        Assert.Equal("/a/", Assert.IsType<CreateOperation>(Assert.Single(host.Coordination.Requests).Operation).Path);
        (await host.ZNodeAsync("POST", "/v1/znodes/a/", [])).Answer.Problem(400, "BadArguments");
    }

    [Fact]
    public async Task Data_is_set_and_versions_are_expected()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Coordination.Answer = _ => new ZNodeReply { Stat = Stat };
        (Answer answer, HttpResponseMessage response) = await host.ZNodeAsync("PUT", "/v1/znodes/a", "new"u8.ToArray(), ("If-Match", "\"2\""));
        Assert.Equal((200, $$"""{"path":"/a",{{StatJson}}}""", "\"3\""), (answer.Status, answer.Body, response.Header("ETag")));
        await host.ZNodeAsync("PUT", "/v1/znodes/a", [], ("If-Match", "*"));
        await host.ZNodeAsync("PUT", "/v1/znodes/a", []);
        Assert.Equal(204, (await host.ZNodeAsync("DELETE", "/v1/znodes/a", null, ("If-Match", "7"))).Answer.Status);
        Assert.Equal(
            [2, WriteOperation.AnyVersion, WriteOperation.AnyVersion],
            host.Coordination.Requests.Select(request => request.Operation).OfType<SetDataOperation>().Select(set => set.ExpectedVersion));
        Assert.Equal(new DeleteOperation("/a", 7), host.Coordination.Requests.Last().Operation);
    }

    [Theory]
    [InlineData("W/\"1\"")]
    [InlineData("\"1\", \"2\"")]
    [InlineData("\"x\"")]
    [InlineData("\"-1\"")]
    [InlineData("\"2147483648\"")]
    public async Task A_version_that_cannot_be_one_is_refused(string ifMatch)
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        (await host.ZNodeAsync("PUT", "/v1/znodes/a", [], ("If-Match", ifMatch))).Answer.Problem(400, "BadArguments");
        (await host.ZNodeAsync("DELETE", "/v1/znodes/a", null, ("If-Match", ifMatch))).Answer.Problem(400, "BadArguments");
        Assert.Empty(host.Coordination.Requests);
    }

    [Fact]
    public async Task An_access_control_list_is_set()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Coordination.Answer = _ => new ZNodeReply { Stat = Stat };
        (Answer answer, HttpResponseMessage response) = await host.ZNodeAsync(
            "PUT", "/v1/znodes/a?view=acl&acl=world:anyone:r,digest:u:h%3D:cdrwa&acl=x509:CN=a,O=b:w", null, ("If-Match", "\"4\""));
        Assert.Equal((200, "\"5\""), (answer.Status, response.Header("ETag")));
        var set = Assert.IsType<SetAclOperation>(Assert.Single(host.Coordination.Requests).Operation);
        Assert.Equal(("/a", 4), (set.Path, set.ExpectedVersion));
        Assert.Equal([new(ZNodePermissions.Read, "world", "anyone"), new(ZNodePermissions.All, "digest", "u:h="), new(ZNodePermissions.Write, "x509", "CN=a,O=b")], set.Acl);

        (await host.ZNodeAsync("PUT", "/v1/znodes/a?view=acl", [])).Answer.Problem(400, "BadArguments");
        (await host.ZNodeAsync("PUT", "/v1/znodes/a?view=acl&acl=everybody", [])).Answer.Problem(400, "InvalidAcl");
        (await host.ZNodeAsync("POST", "/v1/znodes/a?acl=world:anyone:cdrwax", [])).Answer.Problem(400, "InvalidAcl");
    }

    [Theory]
    [InlineData("/v1/znodes/a%2Fb", "/a/b")]
    [InlineData("/v1/znodes/a%252Fb", "/a%2Fb")]
    [InlineData("/v1/znodes/a+b", "/a+b")]
    [InlineData("/v1/znodes/%E2%82%AC", "/€")]
    [InlineData("/V1/ZNODES/A", "/A")]
    [InlineData("http://x/v1/znodes/a?view=stat", "/a")]
    public async Task The_path_is_decoded_once(string target, string path)
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        Assert.Equal(200, (await host.RawAsync("GET", target)).Status);
        Assert.Equal(path, Assert.Single(host.Coordination.Requests).Operation switch
        {
            GetDataOperation get => get.Path,
            ExistsOperation exists => exists.Path,
            _ => null,
        });
    }

    [Theory]
    [InlineData("/v1/znodes/a/..")]
    [InlineData("/v1/znodes/a/../b")]
    [InlineData("/v1/znodes/a/%2e%2e")]
    [InlineData("/v1/znodes/a//b")]
    [InlineData("/v1/znodes/a/")]
    [InlineData("/v1/znodes/%FF")]
    [InlineData("/v1/znodes/a%2")]
    [InlineData("/v1/%7Anodes/a")]
    [InlineData("/v1/x/../znodes/a")]
    public async Task A_path_that_is_not_legal_is_refused(string target)
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        (int status, string body) = await host.RawAsync("DELETE", target);
        Assert.Equal(400, status);
        Assert.Contains("\"code\":\"BadArguments\"", body, StringComparison.Ordinal);
        Assert.Empty(host.Coordination.Requests);
    }

    public static TheoryData<ZNodeError> Refusals => [.. Enum.GetValues<ZNodeError>().Where(error => error != ZNodeError.Ok)];

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task A_refusal_has_ZooKeepers_word(ZNodeError error)
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Coordination.Answer = _ => ZNodeReply.Refused(error, "This is why.", new(9));
        int status = error switch
        {
            ZNodeError.NoNode or ZNodeError.NoWatcher => 404,
            ZNodeError.BadVersion => 412,
            ZNodeError.NodeExists or ZNodeError.NotEmpty or ZNodeError.NoChildrenForEphemerals or ZNodeError.SessionMoved => 409,
            ZNodeError.NoAuth or ZNodeError.QuotaExceeded or ZNodeError.ReconfigDisabled => 403,
            ZNodeError.AuthFailed => 401,
            ZNodeError.BadArguments or ZNodeError.InvalidAcl or ZNodeError.MarshallingError => 400,
            ZNodeError.SessionExpired => 410,
            ZNodeError.ConnectionLoss or ZNodeError.OperationTimeout or ZNodeError.RequestTimeout or ZNodeError.ThrottledOp or ZNodeError.NotReadOnly => 503,
            ZNodeError.Unimplemented => 501,
            _ => 500,
        };
        (Answer answer, HttpResponseMessage response) = await host.ZNodeAsync("PUT", "/v1/znodes/a", []);
        string detail = answer.Problem(status, error.ToString()).GetProperty("detail").GetString()!;
        Assert.StartsWith("This is why.", detail, StringComparison.Ordinal);
        bool isUnknown = error is ZNodeError.ConnectionLoss or ZNodeError.OperationTimeout;
        Assert.Equal(isUnknown, detail.Contains("outcome is not known", StringComparison.Ordinal));
        Assert.Equal(status == 503 && !isUnknown, answer.HasRetryAfter);
        Assert.Equal(("0x9", status == 401), (response.Header("X-Zxid"), response.Header("WWW-Authenticate") is not null));
    }

    [Fact]
    public async Task A_part_of_the_cluster_that_does_not_answer_leaves_the_outcome_open()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Coordination.Failure = new TimeoutException();
        (await host.ZNodeAsync("PUT", "/v1/znodes/a", [])).Answer.Problem(503, "ConnectionLoss");
        (await host.GetAsync("/v1/znodes/a?sync=true")).Problem(503, "OperationTimeout");
        host.Coordination.Failure = new InvalidOperationException("secret");
        Assert.DoesNotContain("secret", (await host.GetAsync("/v1/znodes/a")).Problem(500, "UNKNOWN_SERVER_ERROR").GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Data_over_the_limit_is_refused_whether_its_length_is_announced_or_not()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(null, ("DataBytesMax", "1000"));
        foreach (string method in (string[])["POST", "PUT"])
        {
            Assert.InRange((await host.ZNodeAsync(method, "/v1/znodes/a", new byte[1000])).Answer.Status, 200, 201);
            (await host.ZNodeAsync(method, "/v1/znodes/a", new byte[1001])).Answer.Problem(413, "BadArguments");
            using var request = new HttpRequestMessage(new HttpMethod(method), "/v1/znodes/a") { Content = new ByteArrayContent(new byte[1001]) };
            request.Headers.TransferEncodingChunked = true;
            using HttpResponseMessage response = await host.Client.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(413, (int)response.StatusCode);
        }
        Assert.Equal(2, host.Coordination.Requests.Count);
    }

    [Fact]
    public async Task Basic_authentication_is_the_scheme_digest()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        await host.ZNodeAsync("GET", "/v1/znodes/a", null, ("Authorization", $"Basic {Convert.ToBase64String("ann:secret"u8)}"));
        Assert.Equal([new("ip", "127.0.0.1"), new("digest", "ann#secret")], Assert.Single(host.Coordination.Requests).Caller.Identities);

        foreach (string wrong in (string[])["Bearer abc", "Basic", "Basic !", $"Basic {Convert.ToBase64String("nocolon"u8)}", $"Basic {Convert.ToBase64String("bad:bad"u8)}"])
        {
            (Answer answer, HttpResponseMessage response) = await host.ZNodeAsync("GET", "/v1/znodes/a", null, ("Authorization", wrong));
            answer.Problem(401, "AuthFailed");
            Assert.StartsWith("Basic", response.Header("WWW-Authenticate"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_session_is_proved_by_its_password()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Coordination.Sessions[new SessionId(0xa1)] = [.. Enumerable.Range(1, 16).Select(i => (byte)i)];
        string right = Convert.ToBase64String([.. Enumerable.Range(1, 16).Select(i => (byte)i)]);
        Assert.Equal(201, (await host.ZNodeAsync("POST", "/v1/znodes/a?mode=ephemeral&session=0xa1", [], ("X-Session-Password", right))).Answer.Status);
        (await host.ZNodeAsync("POST", "/v1/znodes/a?mode=ephemeral&session=0xa1", [])).Answer.Problem(401, "AuthFailed");
        (await host.ZNodeAsync("POST", "/v1/znodes/a?session=0xa1", [], ("X-Session-Password", "AAAA"))).Answer.Problem(401, "AuthFailed");
        (await host.ZNodeAsync("GET", "/v1/znodes/a?session=0xa1", [], ("X-Session-Password", Convert.ToBase64String(new byte[16])))).Answer.Problem(401, "AuthFailed");
        (await host.ZNodeAsync("GET", "/v1/znodes/a?session=0xa2", [], ("X-Session-Password", right))).Answer.Problem(410, "SessionExpired");
        Assert.Single(host.Coordination.Requests);
    }

    [Fact]
    public async Task A_read_waits_for_the_state_it_wants()
    {
        var time = new FakeTimeProvider();
        await using GatewayHost host = await GatewayHost.StartAsync(time);
        string next = host.Coordination.AppliedZxid.Next().ToString();
        Task<Answer> waiting = host.GetAsync($"/v1/znodes/a?min_zxid={next}");
        host.Coordination.Happen((WatchEventType.Created, "/a"));
        Assert.Equal(200, (await waiting).Status);

        Task<Answer> late = host.GetAsync($"/v1/znodes/a?min_zxid=0x7fffffff00000000&view=children");
        while (!late.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
        Answer answer = await late;
        answer.Problem(503, "OperationTimeout");
        Assert.True(answer.HasRetryAfter);
        (await host.GetAsync("/v1/znodes/a?min_zxid=12")).Problem(400, "BadArguments");
        (await host.GetAsync("/v1/znodes/a?min_zxid=0xffffffffffffffff")).Problem(400, "BadArguments");

        Assert.Equal(200, (await host.GetAsync("/v1/znodes/a?sync=true")).Status);
        Assert.Equal(200, (await host.GetAsync("/v1/znodes/a?sync=false")).Status);
        Assert.Equal(1, host.Coordination.SyncCount);
        (await host.GetAsync("/v1/znodes/a?sync=1")).Problem(400, "BadArguments");
    }
}
