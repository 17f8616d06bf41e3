using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Routing;
using StreamCoord.Gateway.Http.Access;
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
    public async Task Brokers_AreDrainedByWhoMayAlterTheCluster()
    {
        Assert.Equal(401, (await _host.JsonAsync(HttpMethod.Post, "/v1/brokers/2/drain", "")).Status);
    }

    [Fact]
    public async Task Znodes_HaveListsOfTheirOwn()
    {
        Assert.NotEqual(401, (await _host.GetAsync("/v1/znodes/")).Status);
    }

    [Theory]
    [InlineData("GET", "/v3/clusters/{0}/brokers")]
    [InlineData("GET", "/v3/clusters/{0}/brokers/1/configs")]
    [InlineData("PUT", "/v3/clusters/{0}/brokers/1/configs/num.partitions")]
    [InlineData("GET", "/v3/clusters/{0}/topics/open/partitions/0/replicas")]
    [InlineData("GET", "/v3/clusters/{0}/topics/open/partitions/0/offset")]
    [InlineData("GET", "/v3/clusters/{0}/topics/-/partitions/-/reassignment")]
    [InlineData("GET", "/v3/clusters/{0}/consumer-groups/g")]
    [InlineData("GET", "/v3/clusters/{0}/consumer-groups/g/lags")]
    [InlineData("GET", "/v3/clusters/{0}/acls")]
    [InlineData("POST", "/v3/clusters/{0}/acls")]
    [InlineData("POST", "/v3/clusters/{0}/acls:batch")]
    [InlineData("DELETE", "/v3/clusters/{0}/acls")]
    [InlineData("GET", "/brokers")]
    [InlineData("GET", "/topics/open")]
    [InlineData("POST", "/topics/open")]
    [InlineData("POST", "/topics/open/partitions/0")]
    [InlineData("GET", "/topics/open/partitions/0/offsets")]
    [InlineData("POST", "/consumers/g")]
    [InlineData("GET", "/consumers/g/instances/i/records")]
    public async Task ThePathsOfConfluentsProxy_AreGuarded(string method, string path)
    {
        string address = string.Format(System.Globalization.CultureInfo.InvariantCulture, path, GatewayHost.ClusterId);
        Assert.Contains("\"error_code\":40101", (await _host.JsonAsync(new HttpMethod(method), address, "{}")).Body, StringComparison.Ordinal);
        As("alice:wonder:land");
        Assert.Contains("\"error_code\":40301", (await _host.JsonAsync(new HttpMethod(method), address, "{}")).Body, StringComparison.Ordinal);
        As("admin:admin");
        Assert.NotInRange((await _host.JsonAsync(new HttpMethod(method), address, "{}")).Status, 401, 403);
    }

    [Fact]
    public void EveryPathOfOurOwn_SaysWhatItsCallersNeed_ButThoseOfZnodesAndSessions()
    {
        RouteEndpoint[] own = [.. _host.Endpoints.Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith("/v1/", StringComparison.Ordinal))];

        Assert.All(own, endpoint => Assert.True(
            endpoint.RoutePattern.RawText!.StartsWith("/v1/znodes", StringComparison.Ordinal) || endpoint.RoutePattern.RawText.StartsWith("/v1/sessions", StringComparison.Ordinal)
                || endpoint.Metadata.GetMetadata<TopicNeeds>() is not null || endpoint.Metadata.GetMetadata<GroupNeeds>() is not null || endpoint.Metadata.GetMetadata<ClusterNeeds>() is not null,
            endpoint.DisplayName));
        Assert.True(own.Length > 10);
    }

    [Theory]
    [InlineData("GET", "/v1/topics/open/partitions/0/offset")]
    [InlineData("GET", "/v1/topics/open/partitions/0/verification")]
    [InlineData("POST", "/v1/groups/g/offsets")]
    [InlineData("DELETE", "/v1/groups/g")]
    [InlineData("POST", "/v1/backups")]
    public async Task ThePathsOfOurOwn_AreGuarded(string method, string path)
    {
        Assert.Equal(401, (await _host.JsonAsync(new HttpMethod(method), path, "{}")).Status);
        As("alice:wonder:land");
        Assert.Equal(403, (await _host.JsonAsync(new HttpMethod(method), path, "{}")).Status);
    }

    [Fact]
    public async Task AListing_OfGroupsOrTopics_LeavesOutWhatTheCallerMayNotSee()
    {
        _host.Cluster.Group("g").Commit("open", 0, 0);
        _host.Cluster.Group("h").Commit("open", 0, 0);
        As("alice:wonder:land");
        Allow(AclResourceType.Group, "g", AclOperation.Describe);

        string groups = (await _host.GetAsync($"/v3/clusters/{GatewayHost.ClusterId}/consumer-groups")).Body;

        Assert.Contains("\"consumer_group_id\":\"g\"", groups, StringComparison.Ordinal);
        Assert.DoesNotContain("\"consumer_group_id\":\"h\"", groups, StringComparison.Ordinal);
        Assert.Equal("[]", (await _host.GetAsync("/topics")).Body);
        Assert.DoesNotContain("open", (await _host.GetAsync($"/v3/clusters/{GatewayHost.ClusterId}/consumer-groups/g/lags")).Body.Replace($"{_host.Client.BaseAddress}", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AConsumer_ReadsOnlyWhatItsCreatorMayRead_AndServesNobodyElse()
    {
        _host.Cluster.Partition("open", 0).Add("a");
        As("alice:wonder:land");
        Allow(AclResourceType.Group, "g", AclOperation.Read);
        string consumer = await _host.ConsumerAsync("g", """{"auto.offset.reset":"earliest"}""");
        const string Partition = """{"partitions":[{"topic":"open","partition":0}]}""";
        (await _host.V2Async("POST", $"{consumer}/assignments", Partition)).V2(403, 40301);
        (await _host.V2Async("POST", $"{consumer}/subscription", """{"topics":["open"]}""")).V2(403, 40301);
        Allow(AclResourceType.Topic, "open", AclOperation.Read);
        await _host.DoneAsync("POST", $"{consumer}/assignments", Partition);
        Assert.Equal(200, (await _host.V2Async("GET", $"{consumer}/records")).Status);
        _host.Security.Current = _host.Security.Current with { Acls = AclSet.Empty };
        Allow(AclResourceType.Group, "g", AclOperation.Read);
        (await _host.V2Async("GET", $"{consumer}/records")).V2(403, 40301);
        (await _host.V2Async("POST", $"{consumer}/offsets")).V2(403, 40301);
        As("admin:admin");
        (await _host.V2Async("GET", $"{consumer}/records")).V2(404, 40403);
    }

    private void As(string? user) => _host.Client.DefaultRequestHeaders.Authorization =
        user is null ? null : new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(user)));

    private void Allow(string topic, params AclOperation[] operations) => Allow(AclResourceType.Topic, topic, operations);

    private void Allow(AclResourceType type, string name, params AclOperation[] operations)
    {
        AclRule[] rules = [.. operations.Select(operation => new AclRule("User:alice", "127.0.0.1", operation, AclEffect.Allow))];
        var pattern = new AclPattern(type, name, AclPatternType.Literal);
        IEnumerable<IGrouping<AclPattern, AclBinding>> others = _host.Security.Current.Acls.All.Where(binding => binding.Pattern != pattern).GroupBy(binding => binding.Pattern);
        _host.Security.Current = _host.Security.Current with
        {
            Acls = new AclSet([.. others.Select(same => KeyValuePair.Create(same.Key, (IReadOnlyList<AclRule>)[.. same.Select(binding => binding.Rule)])), KeyValuePair.Create(pattern, (IReadOnlyList<AclRule>)rules)]),
        };
    }
}
