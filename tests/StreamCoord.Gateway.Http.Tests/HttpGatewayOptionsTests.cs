using Microsoft.Extensions.Options;

namespace StreamCoord.Gateway.Http.Tests;

public sealed class HttpGatewayOptionsTests
{
    [Fact]
    public void Defaults_are_valid() =>
        Assert.True(new HttpGatewayOptionsValidator().Validate(null, new HttpGatewayOptions()).Succeeded);

    [Theory]
    [InlineData("RequestBodyBytesMax", "1023", "1024 to 1073741824")]
    [InlineData("StreamHeartbeatMs", "99", "100 to 3600000")]
    [InlineData("StreamsMax", "0", "1 to 1000000")]
    [InlineData("StreamQueuedEventsMax", "0", "1 to 1000000")]
    [InlineData("ProduceBatchEntriesMax", "0", "1 to 100000")]
    [InlineData("ProduceWindowBytesMax", "0", "1024 to 1073741824")]
    [InlineData("ProduceReportBytesMax", "65535", "65536 to 1073741824")]
    [InlineData("ProduceRecordsMax", "0", "1 to 1000000")]
    [InlineData("ConsumersMax", "0", "1 to 100000")]
    [InlineData("ConsumerIdleMs", "999", "1000 to 86400000")]
    [InlineData("ConsumerPartitionsMax", "0", "1 to 1000000")]
    [InlineData("ConsumerRequestTimeoutMs", "-1", "0 to 30000")]
    [InlineData("ConsumerResponseBytesMax", "1023", "1024 to 1073741824")]
    [InlineData("ConsumerMemoryBytesMax", "1023", "1024 to 68719476736")]
    public void A_wrong_value_names_its_key_and_range(string key, string value, string range)
    {
        ValidateOptionsResult result = new HttpGatewayOptionsValidator().Validate(null, GatewayHost.Options((key, value)));
        string failure = Assert.Single(result.Failures!);
        Assert.Contains($"StreamCoord:Http:{key} is {value}", failure, StringComparison.Ordinal);
        Assert.Contains(range, failure, StringComparison.Ordinal);
    }
}
