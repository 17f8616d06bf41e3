using Microsoft.Extensions.Options;
using StreamCoord.Gateway.Http.Errors;

namespace StreamCoord.Gateway.Http.Events;

/// <summary>Counts the streams that are open, of every kind. Safe for concurrent use.</summary>
internal sealed class StreamSlots(IOptions<HttpGatewayOptions> options)
{
    private int _taken;

    /// <summary>Takes one; it is given back by being disposed.</summary>
    /// <exception cref="RequestException">There are as many as may be.</exception>
    public IDisposable Take()
    {
        if (Interlocked.Increment(ref _taken) > options.Value.StreamsMax)
        {
            Interlocked.Decrement(ref _taken);
            RequestException.Throw(GatewayErrors.Unavailable(
                $"There are {options.Value.StreamsMax} streams open, as many as {HttpGatewayOptions.Section}:{nameof(HttpGatewayOptions.StreamsMax)} allows. Close one or try later."));
        }
        return new Slot(this);
    }

    private sealed class Slot(StreamSlots slots) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref slots._taken);
    }
}
