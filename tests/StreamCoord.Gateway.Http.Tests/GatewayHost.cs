using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StreamCoord.Backups;
using StreamCoord.Brokers;
using StreamCoord.Gateway.Http.Tests.Fakes;
using StreamCoord.Gateway.Http.Tests.ZNodes;
using StreamCoord.Security;
using StreamCoord.Testing.Security;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.Http.Tests;

/// <summary>The gateway on a real Kestrel with a free port, over a cluster in memory.</summary>
public sealed class GatewayHost : IAsyncDisposable
{
    public const string ClusterId = "AAAAAAAAAAAAAAAAAAAAAA";
    private readonly WebApplication _app;

    private GatewayHost(WebApplication app, FakeCluster cluster, FakeCoordination coordination)
    {
        _app = app;
        Cluster = cluster;
        Coordination = coordination;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()), Timeout = TimeSpan.FromSeconds(60) };
    }

    public FakeCluster Cluster { get; }

    public FakeCoordination Coordination { get; }

    /// <summary>Among the settings: access control lists are looked at.</summary>
    public static (string Key, string Value) Authorized => ("Authorized", "true");

    public HttpClient Client { get; }

    public required MemoryStore Security { get; init; }

    public static string V3Topics => $"/v3/clusters/{ClusterId}/topics";

    public static async Task<GatewayHost> StartAsync(TimeProvider? time = null, params (string Key, string Value)[] settings)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var cluster = new FakeCluster();
        var coordination = new FakeCoordination();
        builder.Services.AddSingleton<IGrainFactory>(cluster);
        builder.Services.AddSingleton<ICoordination>(coordination);
        builder.Services.AddSingleton(Bind(new ZNodeOptions(), settings));
        builder.Services.AddSingleton(new ClusterIdentity(ClusterId, new NodeId(1), default));
        builder.Services.AddSingleton<IBroker, FakeBroker>();
        builder.Services.AddSingleton<FakeBrokers>();
        builder.Services.AddSingleton<IBrokers>(provider => provider.GetRequiredService<FakeBrokers>());
        builder.Services.AddSingleton<IBrokerDrain, FakeDrain>();
        builder.Services.AddSingleton<FakeBackups>();
        builder.Services.AddSingleton<IBackups>(provider => provider.GetRequiredService<FakeBackups>());
        builder.Services.AddSingleton<IServerCommands, FakeServerCommands>();
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        var security = new MemoryStore();
        builder.Services.AddSingleton<ISecurityStore>(security);
        builder.Services.AddSingleton(new UserDirectory(new Dictionary<string, string> { ["alice"] = "wonder:land", ["admin"] = "admin" }, security, new byte[32]));
        builder.Services.AddSingleton(new AuthorizationOptions
        {
            Enabled = settings.Contains(Authorized),
            AllowIfNoAcl = false,
            SuperUsers = new HashSet<string> { "User:admin" },
        });
        builder.Services.AddHttpGateway(Options(settings));
        WebApplication app = builder.Build();
        app.MapHttpGateway();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new GatewayHost(app, cluster, coordination) { Security = security };
    }

    /// <summary>The options with the given values in place of their defaults.</summary>
    public static HttpGatewayOptions Options(params (string Key, string Value)[] settings) => Bind(new HttpGatewayOptions(), settings);

    public IEnumerable<RouteEndpoint> Endpoints => _app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>();

    public FakeBrokers Brokers => _app.Services.GetRequiredService<FakeBrokers>();

    public FakeBackups Backups => _app.Services.GetRequiredService<FakeBackups>();

    public void BeginStop() => _app.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    public Task<Answer> JsonAsync(HttpMethod method, string path, string json) =>
        SendAsync(method, path, new StringContent(json, Encoding.UTF8, "application/json"));

    public Task<Answer> ImportAsync(string topic, string body, string contentType = "text/plain") =>
        SendAsync(HttpMethod.Put, $"/v1/topics/{topic}/records:import", new ByteArrayContent(Encoding.UTF8.GetBytes(body)) { Headers = { { "Content-Type", contentType } } });

    public async Task<Answer> SendAsync(HttpMethod method, string path, HttpContent? content)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        using HttpResponseMessage response = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        string body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain("   at ", body, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", body, StringComparison.Ordinal);
        return new Answer((int)response.StatusCode, response.Content.Headers.ContentType?.ToString(), body, response.Headers.Location?.ToString(),
            response.Headers.RetryAfter is not null);
    }

    private static T Bind<T>(T options, (string Key, string Value)[] settings)
        where T : class
    {
        new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)))
            .Build()
            .Bind(options);
        return options;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}

/// <summary>A response.</summary>
public sealed record Answer(int Status, string? ContentType, string Body, string? Location, bool HasRetryAfter)
{
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    /// <summary>Checks the shape of /v1's errors.</summary>
    public JsonElement Problem(int status, string code)
    {
        Assert.Equal((status, "application/problem+json"), (Status, ContentType));
        Assert.Equal((status, code), (Json.GetProperty("status").GetInt32(), Json.GetProperty("code").GetString()));
        Assert.False(string.IsNullOrWhiteSpace(Json.GetProperty("detail").GetString()));
        Assert.False(string.IsNullOrWhiteSpace(Json.GetProperty("title").GetString()));
        return Json;
    }

    /// <summary>Checks the shape of Confluent's errors.</summary>
    public string Confluent(int status, int errorCode) => Confluent(status, errorCode, "application/json");

    /// <summary>Checks the shape of v2's errors.</summary>
    public string V2(int status, int errorCode) => Confluent(status, errorCode, "application/vnd.kafka.v2+json");

    private string Confluent(int status, int errorCode, string contentType)
    {
        Assert.Equal((status, contentType), (Status, ContentType));
        Assert.Equal(["error_code", "message"], Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal(errorCode, Json.GetProperty("error_code").GetInt32());
        return Json.GetProperty("message").GetString()!;
    }
}
