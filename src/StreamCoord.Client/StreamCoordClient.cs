using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using StreamCoord.Client.Calls;

namespace StreamCoord.Client;

/// <summary>
/// The way to a cluster: makes producers, consumers and sessions, and has the administration. One for a process; safe for concurrent use. In a host it comes from <see cref="ClientHosting.AddStreamCoordClient"/>; elsewhere it is made over
/// whatever makes grains: the client of an Orleans cluster, or a silo's own factory.
/// </summary>
public sealed class StreamCoordClient
{
    private readonly GrainCalls _calls;
    private readonly ILoggerFactory _logging;
    private readonly int _retryTimeoutMs;

    /// <summary>Makes one.</summary>
    /// <param name="grains">An Orleans client that is connected, or a silo's factory.</param>
    /// <param name="options">How to reach the cluster; null for the defaults.</param>
    /// <param name="logging">Where to log; null for nowhere.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <exception cref="OptionsValidationException">The options cannot be worked with; the message says why.</exception>
    public StreamCoordClient(IGrainFactory grains, StreamCoordClientOptions? options = null, ILoggerFactory? logging = null, TimeProvider? time = null)
    {
        options ??= new StreamCoordClientOptions();
        Require(options.Check(), typeof(StreamCoordClientOptions));
        _calls = new GrainCalls(grains, time ?? TimeProvider.System, options.AttemptTimeoutMs, options.RetryTimeoutMs);
        (_logging, _retryTimeoutMs) = (logging ?? NullLoggerFactory.Instance, options.RetryTimeoutMs);
        Topics = new TopicAdmin(_calls);
        Groups = new GroupAdmin(_calls);
        Cluster = new ClusterAdmin(_calls);
    }

    /// <summary>Topics: made, described, changed, deleted.</summary>
    public TopicAdmin Topics { get; }

    /// <summary>Groups of consumers: listed, described, their offsets changed, deleted.</summary>
    public GroupAdmin Groups { get; }

    /// <summary>The cluster itself.</summary>
    public ClusterAdmin Cluster { get; }

    /// <summary>Makes a producer, which the caller disposes.</summary>
    /// <param name="options">How it works; null for the defaults.</param>
    /// <exception cref="OptionsValidationException">The options cannot be worked with; the message says why.</exception>
    public Producer CreateProducer(ProducerOptions? options = null)
    {
        options ??= new ProducerOptions();
        Require(options.Check(), typeof(ProducerOptions));
        return new Producer(options, _calls);
    }

    /// <summary>Makes a consumer, which begins to read at once, and which the caller disposes.</summary>
    /// <param name="options">What it reads and how.</param>
    /// <exception cref="OptionsValidationException">The options cannot be worked with; the message says why.</exception>
    public Consumer CreateConsumer(ConsumerOptions options)
    {
        Require(options.Check(), typeof(ConsumerOptions));
        return new Consumer(options, _calls, _logging.CreateLogger<Consumer>());
    }

    /// <summary>Opens a session with the tree of znodes, which the caller disposes.</summary>
    /// <param name="options">How it works; null for the defaults.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="OptionsValidationException">The options cannot be worked with; the message says why.</exception>
    /// <exception cref="ZNodeException">The cluster refuses it, or nobody has answered within <see cref="StreamCoordClientOptions.RetryTimeoutMs"/>.</exception>
    public Task<ZNodeSession> OpenSessionAsync(ZNodeSessionOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new ZNodeSessionOptions();
        Require(options.Check(), typeof(ZNodeSessionOptions));
        return ZNodeSession.OpenAsync(_calls, options, _logging.CreateLogger<ZNodeSession>(), _retryTimeoutMs, cancellationToken);
    }

    internal static void Require(string? problem, Type options)
    {
        if (problem is not null)
        {
            throw new OptionsValidationException(options.Name, options, [$"{options.Name}: {problem}"]);
        }
    }
}
