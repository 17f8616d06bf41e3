using System.Text;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.Http.Tests.ZNodes;

public sealed class ZNodeMultiTests
{
    private const string Path = "/v1/znodes:multi";

    [Fact]
    public async Task Operations_are_carried_out_together_and_answered_one_by_one()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        var stat = new ZNodeStat { Version = 4 };
        host.Coordination.Answer = _ => new ZNodeReply { Zxid = new(7), Results = [new() { Path = "/a1" }, new() { Stat = stat }, new(), new()] };

        Answer answer = await host.JsonAsync(HttpMethod.Post, Path, """
            {"ops":[{"op":"create","path":"/a","data_base64":"YQ==","mode":"ttl_sequential","ttl_ms":5,"acl":["world:anyone:r","digest:a:b:cd"]},
             {"op":"set","path":"/b\u0061","version":3},{"op":"delete","path":"/c","version":-1},{"op":"check","path":"/d"}]}
            """);

        Assert.Equal(200, answer.Status);
        Assert.Equal("""[{"op":"create","path":"/a1"},{"op":"set","stat":{"czxid":"0x0",""", answer.Body[11..75]);
        Assert.Equal("""{"op":"delete"},{"op":"check"}]}""", answer.Body[^32..]);
        IReadOnlyList<WriteOperation> operations = Assert.IsType<MultiOperation>(Assert.Single(host.Coordination.Requests).Operation).Operations;
        var create = Assert.IsType<CreateOperation>(operations[0]);
        Assert.Equal(("/a", "a", CreateMode.PersistentSequentialWithTtl, 5), (create.Path, Encoding.UTF8.GetString(create.Data!.Value.Span), create.Mode, create.TtlMs));
        Assert.Equal([new(ZNodePermissions.Read, "world", "anyone"), new(ZNodePermissions.Create | ZNodePermissions.Delete, "digest", "a:b")], create.Acl);
        Assert.Equal([new SetDataOperation("/ba", null, 3), new DeleteOperation("/c"), new CheckOperation("/d")], operations.Skip(1));
    }

    [Fact]
    public async Task No_data_is_null_and_empty_data_is_not()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        await host.JsonAsync(HttpMethod.Post, Path, """{"ops":[{"op":"create","path":"/a"},{"op":"create","path":"/b","data_base64":null},{"op":"create","path":"/c","data_base64":""}]}""");
        IReadOnlyList<WriteOperation> operations = Assert.IsType<MultiOperation>(Assert.Single(host.Coordination.Requests).Operation).Operations;
        Assert.Equal([null, null, 0], operations.Cast<CreateOperation>().Select(create => create.Data?.Length));
        Assert.Equal("""{"results":[]}""", (await host.JsonAsync(HttpMethod.Post, Path, """{"ops":[]}""")).Body);
    }

    [Fact]
    public async Task A_failure_names_the_code_of_each_operation()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Coordination.Answer = _ => new ZNodeReply
        {
            Error = ZNodeError.BadVersion,
            Message = "Operation 1: the version is 4.",
            Results = [new(), new() { Error = ZNodeError.BadVersion }, new() { Error = ZNodeError.RuntimeInconsistency }],
        };
        Answer answer = await host.JsonAsync(HttpMethod.Post, Path, """{"ops":[{"op":"check","path":"/a"}]}""");
        Assert.Equal(["Ok", "BadVersion", "RuntimeInconsistency"], answer.Problem(412, "BadVersion").GetProperty("results").EnumerateArray().Select(code => code.GetString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"ops":{}}""")]
    [InlineData("""{"ops":[1]}""")]
    [InlineData("""{"ops":[{}]}""")]
    [InlineData("""{"ops":[],"more":1}""")]
    [InlineData("""{"ops":[]}{}""")]
    [InlineData("""{"ops":[{"op":"create","path":"/a"}""")]
    [InlineData("""{"ops":[{"op":"create"}]}""")]
    [InlineData("""{"ops":[{"path":"/a"}]}""")]
    [InlineData("""{"ops":[{"op":"set_acl","path":"/a"}]}""")]
    [InlineData("""{"ops":[{"op":"set","path":"/a","verison":1}]}""")]
    [InlineData("""{"ops":[{"op":"set","path":"/a","version":"1"}]}""")]
    [InlineData("""{"ops":[{"op":"set","path":"/a","version":2147483648}]}""")]
    [InlineData("""{"ops":[{"op":"set","path":"/a","data_base64":"?"}]}""")]
    [InlineData("""{"ops":[{"op":"set","path":"/a","data_base64":1}]}""")]
    [InlineData("""{"ops":[{"op":"set","path":"/a","mode":"ttl"}]}""")]
    [InlineData("""{"ops":[{"op":"create","path":"/a","version":1}]}""")]
    [InlineData("""{"ops":[{"op":"delete","path":"/a","data_base64":""}]}""")]
    [InlineData("""{"ops":[{"op":"create","path":"/\ud800"}]}""")]
    [InlineData("""{"ops":[{"op":"create","path":null}]}""")]
    public async Task A_body_that_is_no_multi_is_refused(string body)
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        (await host.JsonAsync(HttpMethod.Post, Path, body)).Problem(400, "MarshallingError");
        Assert.Empty(host.Coordination.Requests);
    }

    [Fact]
    public async Task Operations_and_bytes_are_limited()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(null, ("MultiOperationsMax", "3"), ("MultiBytesMax", "100"), ("DataBytesMax", "50"));
        static string Ops(params (string Path, int Bytes)[] ops) =>
            $$"""{"ops":[{{string.Join(',', ops.Select(op => $$"""{"op":"set","path":"{{op.Path}}","data_base64":"{{Convert.ToBase64String(new byte[op.Bytes])}}"}"""))}}]}""";

        Assert.Equal(200, (await host.JsonAsync(HttpMethod.Post, Path, Ops(("/a", 50), ("/b", 44), ("/c", 0)))).Status);
        foreach (string tooMuch in (string[])[Ops(("/a", 0), ("/b", 0), ("/c", 0), ("/d", 0)), Ops(("/a", 51)), Ops(("/a", 50), ("/b", 47)), Ops(("/" + new string('a', 100), 0)), $"{{{new string(' ', 2000)}"])
        {
            (await host.JsonAsync(HttpMethod.Post, Path, tooMuch)).Problem(413, "BadArguments");
        }
        Assert.Single(host.Coordination.Requests);
    }

    [Fact]
    public async Task Modes_and_entries_are_judged_as_in_a_create()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        (await host.JsonAsync(HttpMethod.Post, Path, """{"ops":[{"op":"create","path":"/a","mode":"ttl"}]}""")).Problem(400, "BadArguments");
        (await host.JsonAsync(HttpMethod.Post, Path, """{"ops":[{"op":"create","path":"/a","acl":["x"]}]}""")).Problem(400, "InvalidAcl");
    }
}
