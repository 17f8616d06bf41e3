using Microsoft.Extensions.Options;

namespace StreamCoord.Gateway.Http;

/// <summary>Checks <see cref="HttpGatewayOptions"/> at start. A failure names the key and the accepted range.</summary>
public sealed class HttpGatewayOptionsValidator : IValidateOptions<HttpGatewayOptions>
{
    private const long KiB = 1024;
    private const long GiB = 1024 * 1024 * 1024;

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, HttpGatewayOptions options)
    {
        var failures = new List<string>();
        Check(nameof(options.RequestBodyBytesMax), options.RequestBodyBytesMax, KiB, GiB);
        Check(nameof(options.StreamHeartbeatMs), options.StreamHeartbeatMs, 100, 3_600_000);
        Check(nameof(options.StreamsMax), options.StreamsMax, 1, 1_000_000);
        Check(nameof(options.StreamQueuedEventsMax), options.StreamQueuedEventsMax, 1, 1_000_000);
        Check(nameof(options.ProduceBatchEntriesMax), options.ProduceBatchEntriesMax, 1, 100_000);
        Check(nameof(options.ProduceWindowBytesMax), options.ProduceWindowBytesMax, KiB, GiB);
        Check(nameof(options.ProduceReportBytesMax), options.ProduceReportBytesMax, 64 * KiB, GiB);
        Check(nameof(options.ProduceRecordsMax), options.ProduceRecordsMax, 1, 1_000_000);
        Check(nameof(options.ConsumersMax), options.ConsumersMax, 1, 100_000);
        Check(nameof(options.ConsumerIdleMs), options.ConsumerIdleMs, 1_000, 86_400_000);
        Check(nameof(options.ConsumerPartitionsMax), options.ConsumerPartitionsMax, 1, 1_000_000);
        Check(nameof(options.ConsumerRequestTimeoutMs), options.ConsumerRequestTimeoutMs, 0, 30_000);
        Check(nameof(options.ConsumerResponseBytesMax), options.ConsumerResponseBytesMax, KiB, GiB);
        Check(nameof(options.ConsumerMemoryBytesMax), options.ConsumerMemoryBytesMax, KiB, 64 * GiB);
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void Check(string key, long value, long min, long max)
        {
            if (value < min || value > max)
            {
                failures.Add($"{HttpGatewayOptions.Section}:{key} is {value}: it takes a number from {min} to {max}.");
            }
        }
    }
}
