using Microsoft.Extensions.Options;
using StreamCoord.Gateway.Http.Errors;

namespace StreamCoord.Gateway.Http.Consumers;

/// <summary>Counts the memory that the answers to consumers may take which are being gathered. Safe for concurrent use.</summary>
internal sealed class MemoryBudget(IOptions<HttpGatewayOptions> options)
{
    private long _takenBytes;

    /// <summary>Takes some; it is given back by being disposed.</summary>
    /// <exception cref="RequestException">There is not so much left.</exception>
    public IDisposable Take(long sizeBytes)
    {
        if (Interlocked.Add(ref _takenBytes, sizeBytes) > options.Value.ConsumerMemoryBytesMax)
        {
            Interlocked.Add(ref _takenBytes, -sizeBytes);
            RequestException.Throw(GatewayErrors.Unavailable(
                $"Consumers are reading as much at once as {HttpGatewayOptions.Section}:{nameof(HttpGatewayOptions.ConsumerMemoryBytesMax)} allows. Ask for less by max_bytes, or try later."));
        }
        return new Share(this, sizeBytes);
    }

    private sealed class Share(MemoryBudget budget, long sizeBytes) : IDisposable
    {
        public void Dispose() => Interlocked.Add(ref budget._takenBytes, -sizeBytes);
    }
}
