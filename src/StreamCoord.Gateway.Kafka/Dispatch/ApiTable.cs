using System.Collections.Frozen;

namespace StreamCoord.Gateway.Kafka.Dispatch;

/// <summary>The APIs that are served, by key. What is in here is what is advertised.</summary>
internal sealed class ApiTable(IEnumerable<IApiHandler> handlers)
{
    private readonly FrozenDictionary<short, IApiHandler> _handlers = handlers.ToFrozenDictionary(handler => handler.ApiKey);

    /// <summary>All of them, by key.</summary>
    public IEnumerable<IApiHandler> All => _handlers.Values.OrderBy(handler => handler.ApiKey);

    /// <summary>The handler of an API; null when there is none.</summary>
    public IApiHandler? Find(short apiKey) => _handlers.GetValueOrDefault(apiKey);
}
