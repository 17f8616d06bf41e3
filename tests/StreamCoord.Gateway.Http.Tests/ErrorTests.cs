using StreamCoord.Gateway.Http.Errors;

namespace StreamCoord.Gateway.Http.Tests;

public sealed class ErrorTests
{
    [Fact]
    public async Task Unknown_routes_and_methods_are_answered_in_the_shape_of_their_path()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        (await host.GetAsync("/v1/nothing")).Problem(404, "NOT_FOUND");
        (await host.GetAsync("/nothing")).Problem(404, "NOT_FOUND");
        (await host.GetAsync("/topics/t/nothing")).V2(404, 404);
        (await host.SendAsync(HttpMethod.Put, "/brokers", null)).V2(405, 405);
        (await host.GetAsync("/v3/nothing")).Confluent(404, 404);
        (await host.SendAsync(HttpMethod.Delete, "/v1/topics/t/records:import", null)).Problem(405, "METHOD_NOT_ALLOWED");
        (await host.SendAsync(HttpMethod.Put, "/v3/clusters", null)).Confluent(405, 405);
    }

    public static TheoryData<Exception> ClusterFailures =>
        [new TimeoutException("Response did not arrive"), new SiloUnavailableException("S127.0.0.1:11111:1"), Rejection()];

    [Theory]
    [MemberData(nameof(ClusterFailures), DisableDiscoveryEnumeration = true)]
    public async Task Failures_of_the_cluster_are_503_and_retriable(Exception failure)
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Cluster.Create("t");
        host.Cluster.Failure = failure;
        Answer page = await host.GetAsync("/v1/topics/t/partitions/0/records");
        page.Problem(503, "REQUEST_TIMED_OUT");
        Assert.True(page.HasRetryAfter);
        (await host.ImportAsync("t", "a")).Problem(503, "REQUEST_TIMED_OUT");
        (await host.GetAsync(GatewayHost.V3Topics)).Confluent(503, 50003);
        (await host.JsonAsync(HttpMethod.Post, $"{GatewayHost.V3Topics}/t/records", "{}")).Confluent(503, 50003);
    }

    [Fact]
    public async Task A_bug_is_500_and_tells_nothing()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        host.Cluster.Failure = new InvalidOperationException("secret");
        Assert.DoesNotContain("secret", (await host.GetAsync("/v1/topics/t/partitions/0/records")).Problem(500, "UNKNOWN_SERVER_ERROR").GetRawText(), StringComparison.Ordinal);
        (await host.GetAsync(GatewayHost.V3Topics)).Confluent(500, 50002);
    }

    [Theory]
    [InlineData(ErrorCode.UnknownTopicOrPartition, 404, 40403)]
    [InlineData(ErrorCode.OffsetOutOfRange, 416, 416)]
    [InlineData(ErrorCode.MessageTooLarge, 413, 413)]
    [InlineData(ErrorCode.RecordListTooLarge, 413, 413)]
    [InlineData(ErrorCode.TopicAlreadyExists, 400, 40002)]
    [InlineData(ErrorCode.InvalidConfig, 400, 40002)]
    [InlineData(ErrorCode.InvalidRecord, 400, 40002)]
    [InlineData(ErrorCode.InvalidTimestamp, 400, 40002)]
    [InlineData(ErrorCode.NotLeaderOrFollower, 503, 50003)]
    [InlineData(ErrorCode.NotEnoughReplicas, 503, 50003)]
    [InlineData(ErrorCode.KafkaStorageError, 503, 50003)]
    [InlineData(ErrorCode.CorruptMessage, 500, 50002)]
    [InlineData(ErrorCode.UnknownServerError, 500, 50002)]
    public void Each_code_has_its_status(ErrorCode code, int status, int confluentCode)
    {
        GatewayError error = GatewayErrors.Of(code, "Something.");
        Assert.Equal((status, confluentCode, code.WireName()), (error.Status, error.ConfluentCode, error.Code));
    }

    [Theory]
    [InlineData("The disk is full.", 507)]
    [InlineData("No space left on device.", 507)]
    [InlineData("The disk failed.", 503)]
    public void A_full_disk_is_507(string message, int status)
    {
        GatewayError error = GatewayErrors.Of(ErrorCode.KafkaStorageError, message);
        Assert.Equal((status, true), (error.Status, error.IsRetriable));
    }

    [Fact]
    public void Every_code_has_an_answer()
    {
        Assert.All(Enum.GetValues<ErrorCode>(), code => Assert.InRange(GatewayErrors.Of(code, null).Status, 400, 599));
    }

    private static OrleansMessageRejectionException Rejection() =>
        (OrleansMessageRejectionException)Activator.CreateInstance(
            typeof(OrleansMessageRejectionException), System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Public, null, ["rejected"], null)!;
}
