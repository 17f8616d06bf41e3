using System.Text.Json;
using StreamCoord.Security;

namespace StreamCoord.Gateway.Http.Tests;

public sealed class AclResourceTests : IAsyncLifetime
{
    private const string Acls = $"/v3/clusters/{GatewayHost.ClusterId}/acls";
    private const string Alice = """{"resource_type":"TOPIC","resource_name":"a-","pattern_type":"PREFIXED","principal":"User:alice","host":"*","operation":"DESCRIBE_CONFIGS","permission":"ALLOW"}""";
    private const string Bob = """{"resource_type":"group","resource_name":"g","pattern_type":"literal","principal":"User:bob","host":"*","operation":"read","permission":"deny"}""";
    private GatewayHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await GatewayHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task One_is_created_found_by_its_address_and_deleted()
    {
        Answer created = await _host.JsonAsync(HttpMethod.Post, Acls, Alice);
        Assert.Equal((201, ""), (created.Status, created.Body));
        await _host.JsonAsync(HttpMethod.Post, Acls, Bob);

        JsonElement list = (await _host.GetAsync(created.Location!)).Json;

        Assert.Equal(("KafkaAclList", created.Location), (list.GetProperty("kind").GetString(), list.GetProperty("metadata").GetProperty("self").GetString()));
        JsonElement acl = Assert.Single(list.GetProperty("data").EnumerateArray());
        Assert.Equal(["kind", "metadata", "cluster_id", "resource_type", "resource_name", "pattern_type", "principal", "host", "operation", "permission"], acl.EnumerateObject().Select(member => member.Name));
        Assert.Equal(created.Location, acl.GetProperty("metadata").GetProperty("self").GetString());
        Assert.All(JsonDocument.Parse(Alice).RootElement.EnumerateObject(), member => Assert.Equal(member.Value.GetString(), acl.GetProperty(member.Name).GetString()));
        Assert.Equal(2, (await _host.GetAsync(Acls)).Json.GetProperty("data").GetArrayLength());

        JsonElement deleted = (await _host.SendAsync(HttpMethod.Delete, created.Location!, null)).Json;

        Assert.Equal(acl.GetRawText(), Assert.Single(deleted.GetProperty("data").EnumerateArray()).GetRawText());
        Assert.Equal("User:bob", Assert.Single(_host.Security.Current.Acls.All).Rule.Principal);
    }

    [Fact]
    public async Task Several_are_created_and_found_by_what_applies_to_a_name()
    {
        Assert.Equal(201, (await _host.JsonAsync(HttpMethod.Post, $"{Acls}:batch", $$"""{"data":[{{Alice}},{{Bob}}]}""")).Status);
        JsonElement data = (await _host.GetAsync($"{Acls}?resource_type=topic&resource_name=a-b&pattern_type=match")).Json.GetProperty("data");
        Assert.Equal("User:alice", Assert.Single(data.EnumerateArray()).GetProperty("principal").GetString());
        Assert.Equal(0, (await _host.GetAsync($"{Acls}?principal=User:carol")).Json.GetProperty("data").GetArrayLength());
    }

    [Theory]
    [InlineData("{}", 422, 42206)]
    [InlineData("", 422, 42206)]
    [InlineData("""{"resource_type":"TABLE","resource_name":"a","pattern_type":"LITERAL","principal":"User:a","host":"*","operation":"READ","permission":"ALLOW"}""", 400, 400)]
    [InlineData("""{"resource_type":"TOPIC","resource_name":"a","pattern_type":"MATCH","principal":"User:a","host":"*","operation":"READ","permission":"ALLOW"}""", 400, 40002)]
    [InlineData("""{"resource_type":"TOPIC","resource_name":"a","pattern_type":"LITERAL","principal":"a","host":"*","operation":"READ","permission":"ALLOW"}""", 400, 40002)]
    [InlineData("""{"resource_type":"TOPIC","resource_name":"a","pattern_type":"LITERAL","principal":"User:a","host":"*","operation":"ANY","permission":"ALLOW"}""", 400, 40002)]
    public async Task One_that_makes_no_sense_is_refused(string body, int status, int errorCode)
    {
        (await _host.JsonAsync(HttpMethod.Post, Acls, body)).Confluent(status, errorCode);
        if (body.Length > 2)
        {
            (await _host.JsonAsync(HttpMethod.Post, $"{Acls}:batch", $$"""{"data":[{{Alice}},{{body}}]}""")).Confluent(status, errorCode);
        }
        Assert.Empty(_host.Security.Current.Acls.All);
    }

    [Theory]
    [InlineData("GET", "?operation=FLY", 400)]
    [InlineData("GET", "?resource_type=UNKNOWN", 40002)]
    [InlineData("DELETE", "", 400)]
    [InlineData("DELETE", "?resource_type=TOPIC&pattern_type=LITERAL&operation=READ", 400)]
    public async Task A_filter_that_makes_no_sense_is_refused(string method, string query, int errorCode)
    {
        await _host.JsonAsync(HttpMethod.Post, Acls, Alice);
        (await _host.SendAsync(new HttpMethod(method), Acls + query, null)).Confluent(400, errorCode);
        Assert.Single(_host.Security.Current.Acls.All);
    }

    [Fact]
    public async Task What_the_store_refuses_is_answered()
    {
        _host.Security.Refusal = StoreOutcome.Refused(ErrorCode.RequestTimedOut, "Later.");
        (await _host.JsonAsync(HttpMethod.Post, Acls, Alice)).Confluent(503, 50003);
        (await _host.SendAsync(HttpMethod.Delete, $"{Acls}?resource_type=any&pattern_type=any&operation=any&permission=any", null)).Confluent(503, 50003);
        (await _host.JsonAsync(HttpMethod.Post, $"{Acls}:batch", """{"data":[]}""")).Confluent(422, 42206);
        (await _host.JsonAsync(HttpMethod.Post, $"{Acls}:batch", """{"data":[null]}""")).Confluent(422, 42206);
    }
}
