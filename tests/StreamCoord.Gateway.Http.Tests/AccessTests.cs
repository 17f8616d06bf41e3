using System.Net.Http.Headers;
using System.Text;
using StreamCoord.Security;

namespace StreamCoord.Gateway.Http.Tests;

/// <summary>Who may do what with topics over HTTP, where access control lists are looked at.</summary>
public sealed class AccessTests : IAsyncLifetime
{
    private GatewayHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await GatewayHost.StartAsync(null, GatewayHost.Authorized);
        As("admin:admin");
        foreach (string topic in new[] { "open", "closed" })
        {
            Assert.Equal(201, (await _host.JsonAsync(HttpMethod.Post, GatewayHost.V3Topics, $$"""{"topic_name":"{{topic}}"}""")).Status);
        }
        _host.Client.DefaultRequestHeaders.Authorization = null;
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData(null)]
    [InlineData("alice:wrong")]
    [InlineData("nobody:wonder:land")]
    public async Task WhoeverHasNotProvedWhoTheyAre_IsAsked(string? user)
    {
        As(user);

        using HttpResponseMessage response = await _host.Client.GetAsync($"{GatewayHost.V3Topics}/open", TestContext.Current.CancellationToken);

        Assert.Equal(401, (int)response.StatusCode);
        Assert.Equal("Basic", response.Headers.WwwAuthenticate.Single().Scheme);
        Assert.Contains("\"error_code\":40101", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains("SASL_AUTHENTICATION_FAILED", (await _host.GetAsync("/v1/topics/open/partitions/0/records")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AListOfOneOperation_AllowsThatOneAlone()
    {
        As("alice:wonder:land");
        Assert.Equal(403, (await _host.ImportAsync("open", "a\n")).Status);
        Allow("open", AclOperation.Write);

        Assert.Equal(200, (await _host.ImportAsync("open", "a\n")).Status);
        Assert.Equal(200, (await _host.GetAsync($"{GatewayHost.V3Topics}/open")).Status);
        Answer page = await _host.GetAsync("/v1/topics/open/partitions/0/records");
        Assert.Equal(403, page.Status);
        Assert.Contains("TOPIC_AUTHORIZATION_FAILED", page.Body, StringComparison.Ordinal);
        Answer deletion = await _host.SendAsync(HttpMethod.Delete, $"{GatewayHost.V3Topics}/open", null);
        Assert.Equal(403, deletion.Status);
        Assert.Contains("40301", deletion.Body, StringComparison.Ordinal);
        Assert.Equal(403, (await _host.GetAsync($"{GatewayHost.V3Topics}/open/configs")).Status);
        Assert.Equal(403, (await _host.JsonAsync(HttpMethod.Post, $"{GatewayHost.V3Topics}/closed/records", "{}")).Status);
        Assert.Equal(403, (await _host.GetAsync("/v1/topics/closed/records:stream")).Status);
    }

    [Fact]
    public async Task AListing_LeavesOutWhatTheCallerMayNotSee()
    {
        As("alice:wonder:land");
        Allow("open", AclOperation.Describe);

        string topics = (await _host.GetAsync(GatewayHost.V3Topics)).Body;

        Assert.Contains("\"topic_name\":\"open\"", topics, StringComparison.Ordinal);
        Assert.DoesNotContain("\"topic_name\":\"closed\"", topics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ATopic_IsCreatedByThoseAloneWhoMay()
    {
        As("alice:wonder:land");
        Allow("new", AclOperation.Write);
        Assert.Equal(404, (await _host.ImportAsync("new", "a\n")).Status);
        Assert.Equal(403, (await _host.JsonAsync(HttpMethod.Post, GatewayHost.V3Topics, """{"topic_name":"new"}""")).Status);

        Allow("new", AclOperation.Write, AclOperation.Create);

        Assert.Equal(200, (await _host.ImportAsync("new", "a\n")).Status);
    }

    [Fact]
    public async Task Znodes_HaveListsOfTheirOwn()
    {
        Assert.NotEqual(401, (await _host.GetAsync("/v1/znodes/")).Status);
    }

    private void As(string? user) => _host.Client.DefaultRequestHeaders.Authorization =
        user is null ? null : new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(user)));

    private void Allow(string topic, params AclOperation[] operations)
    {
        AclRule[] rules = [.. operations.Select(operation => new AclRule("User:alice", "127.0.0.1", operation, AclEffect.Allow))];
        var acls = new AclSet([KeyValuePair.Create(new AclPattern(AclResourceType.Topic, topic, AclPatternType.Literal), (IReadOnlyList<AclRule>)rules)]);
        _host.Security.Current = _host.Security.Current with { Acls = acls };
    }
}
