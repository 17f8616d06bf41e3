using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StreamCoord.Gateway.Http.Access;
using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Gateway.Http.Resources;
using StreamCoord.Gateway.Http.V2;

namespace StreamCoord.Gateway.Http.Consumers;

/// <summary>
/// The consumers of v2 that live on this silo. Deletes those that are idle for too long, and all when the silo stops. Safe for concurrent use. There are never more than
/// <see cref="HttpGatewayOptions.ConsumersMax"/>, and never two of one name in a group.
/// </summary>
internal sealed class ConsumerInstances : IDisposable
{
    private readonly ConcurrentDictionary<(string Group, string Name), ConsumerInstance> _instances = new();
    private readonly IGrainFactory _grains;
    private readonly TimeProvider _time;
    private readonly HttpGatewayOptions _options;
    private readonly ILogger _logger;
    private readonly ITimer _expiry;
    private readonly CancellationTokenRegistration _stopping;
    private int _count;

    /// <summary>None yet.</summary>
    public ConsumerInstances(IGrainFactory grains, TimeProvider time, IOptions<HttpGatewayOptions> options, IHostApplicationLifetime lifetime, ILogger<ConsumerInstances> logger)
    {
        (_grains, _time, _options, _logger) = (grains, time, options.Value, logger);
        var period = TimeSpan.FromMilliseconds(Math.Max(100, _options.ConsumerIdleMs / 10));
        _expiry = time.CreateTimer(_ => EndIdle(), null, period, period);
        _stopping = lifetime.ApplicationStopping.Register(EndAll);
    }

    /// <summary>Creates a consumer.</summary>
    /// <exception cref="RequestException">There is one of that name, or there are as many as may be.</exception>
    public void Create(ConsumerConfig config)
    {
        if (Interlocked.Increment(ref _count) > _options.ConsumersMax)
        {
            Interlocked.Decrement(ref _count);
            RequestException.Throw(GatewayErrors.Unavailable(
                $"There are {_options.ConsumersMax} consumers on this silo, as many as {HttpGatewayOptions.Section}:{nameof(HttpGatewayOptions.ConsumersMax)} allows. Delete one, or try later."));
        }
        if (!_instances.TryAdd((config.Group, config.Name), new ConsumerInstance(_grains, config, _time, _logger)))
        {
            Interlocked.Decrement(ref _count);
            RequestException.Throw(V2Errors.ConsumerExists(config.Group, config.Name));
        }
    }

    /// <summary>The consumer in the path of a request.</summary>
    /// <exception cref="RequestException">There is none of that name that is the caller's.</exception>
    public ConsumerInstance Get(HttpContext context)
    {
        string group = RequestParameters.Group(context);
        string name = RequestParameters.Route(context, "instance");
        return _instances.TryGetValue((group, name), out ConsumerInstance? instance) && instance.Config.Owner == context.Caller()
            ? instance
            : throw new RequestException(V2Errors.ConsumerNotFound(group, name));
    }

    /// <summary>Ends the consumer in the path of a request; it has left its group when this returns.</summary>
    /// <exception cref="RequestException">There is none of that name that is the caller's.</exception>
    public Task EndAsync(HttpContext context) => EndAsync(Get(context));

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopping.Dispose();
        _expiry.Dispose();
    }

    private async Task EndAsync(ConsumerInstance instance)
    {
        if (_instances.TryRemove(KeyValuePair.Create((instance.Config.Group, instance.Config.Name), instance)))
        {
            Interlocked.Decrement(ref _count);
            await instance.DisposeAsync();
        }
    }

    private void EndIdle()
    {
        var limit = TimeSpan.FromMilliseconds(_options.ConsumerIdleMs);
        foreach (ConsumerInstance instance in _instances.Values.Where(instance => instance.Idle >= limit))
        {
            _logger.Expired(instance.Config.Name, instance.Config.Group);
            _ = EndAndReportAsync(instance);
        }
    }

    private void EndAll()
    {
        foreach (ConsumerInstance instance in _instances.Values)
        {
            _ = EndAndReportAsync(instance);
        }
    }

    private async Task EndAndReportAsync(ConsumerInstance instance)
    {
        try
        {
            await EndAsync(instance);
        }
        catch (Exception exception)
        {
            _logger.Failed(exception, instance.Config.Name, instance.Config.Group);
        }
    }
}
