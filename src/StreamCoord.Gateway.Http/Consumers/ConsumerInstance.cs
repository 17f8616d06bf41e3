using Microsoft.Extensions.Logging;
using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Gateway.Http.V2;
using StreamCoord.Groups;

namespace StreamCoord.Gateway.Http.Consumers;

/// <summary>
/// One consumer of v2 on this silo, from its creation to its end: its state, and its membership while it subscribes. What clients ask of it is done one after the other; ending it interrupts that.
/// Safe for concurrent use. It exists only here: when the silo ends, so does it, and its group goes on without it.
/// </summary>
internal sealed class ConsumerInstance : IAsyncDisposable
{
    private readonly IGrainFactory _grains;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly IConsumerGroupGrain _group;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly CancellationTokenSource _ended = new();
    private readonly ConsumerReader _reader;
    private CancellationTokenSource? _leaving;
    private GroupMembership? _membership;
    private Task _member = Task.CompletedTask;
    private TaskCompletionSource _changed = NewSignal();
    private long _usedAt;
    private int _usesCount;

    /// <summary>A consumer that neither subscribes to nor reads anything yet.</summary>
    public ConsumerInstance(IGrainFactory grains, ConsumerConfig config, TimeProvider time, ILogger logger)
    {
        (_grains, Config, _time, _logger) = (grains, config, time, logger);
        _group = grains.GetGrain<IConsumerGroupGrain>(config.Group);
        Offsets = new OffsetStore(_group, State);
        _reader = new ConsumerReader(grains, config, State, Offsets, time);
        _usedAt = time.GetTimestamp();
    }

    /// <summary>What it was created with.</summary>
    public ConsumerConfig Config { get; }

    /// <summary>Its partitions and positions.</summary>
    public ConsumerState State { get; } = new();

    /// <summary>Its group's offsets.</summary>
    public OffsetStore Offsets { get; }

    /// <summary>How long nobody has asked anything of it; zero while somebody does.</summary>
    public TimeSpan Idle => Volatile.Read(ref _usesCount) > 0 ? TimeSpan.Zero : _time.GetElapsedTime(Volatile.Read(ref _usedAt));

    /// <summary>Does something in the name of a client, after what was asked before.</summary>
    /// <exception cref="RequestException">The consumer has ended meanwhile.</exception>
    public async Task<T> UseAsync<T>(Func<CancellationToken, Task<T>> use, CancellationToken stop)
    {
        Interlocked.Increment(ref _usesCount);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop, _ended.Token);
        try
        {
            await _turn.WaitAsync(over.Token);
            try
            {
                return await use(over.Token);
            }
            finally
            {
                _turn.Release();
            }
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
            throw new RequestException(V2Errors.ConsumerNotFound(Config.Group, Config.Name));
        }
        finally
        {
            Volatile.Write(ref _usedAt, _time.GetTimestamp());
            Interlocked.Decrement(ref _usesCount);
        }
    }

    /// <summary>Becomes a member of its group, which reads topics; what it read before it leaves.</summary>
    /// <param name="subscribe">Changes the state; a text says why not.</param>
    /// <param name="isReadable">Which topics a pattern may find.</param>
    /// <exception cref="RequestException">It was assigned partitions, or subscribes in the other way.</exception>
    public async Task SubscribeAsync(Func<ConsumerState, string?> subscribe, Func<string, bool> isReadable)
    {
        if (subscribe(State) is { } problem)
        {
            RequestException.Throw(V2Errors.IllegalState(problem));
        }
        await LeaveAsync();
        _leaving = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token);
        _membership = new GroupMembership(new SubscribedTopics(_grains, State, isReadable), _group, Config, State, Offsets, _time, _logger) { Changed = Signal };
        _member = KeepAsync(_membership, _leaving.Token);
    }

    /// <summary>Leaves its group, and forgets its partitions.</summary>
    public async Task UnsubscribeAsync()
    {
        await LeaveAsync();
        State.Unsubscribe();
    }

    /// <summary>Gathers records.</summary>
    /// <param name="records">Where to.</param>
    /// <param name="timeout">How long to wait when there are none.</param>
    /// <param name="requireReading">Ends the request when its caller may not read a topic any more.</param>
    /// <param name="stop">Gives up.</param>
    public async Task ReadAsync(ConsumedRecords records, TimeSpan timeout, Action<string> requireReading, CancellationToken stop)
    {
        if (State.Kind == SubscriptionKind.None)
        {
            RequestException.Throw(V2Errors.IllegalState("Consumer is not subscribed to any topics or assigned any partitions."));
        }
        if (Config.CommitsItself)
        {
            await Offsets.TryCommitAllAsync();
        }
        foreach (string topic in State.Assignment.Select(partition => partition.Topic).Distinct())
        {
            requireReading(topic);
        }
        await _reader.ReadAsync(records, timeout, () => Volatile.Read(ref _changed).Task, () => _membership?.Problem, stop);
    }

    /// <summary>Ends it: interrupts what is asked of it, commits if it is to do that itself, leaves the group.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _turn.WaitAsync();
        if (State.Kind == SubscriptionKind.Assigned && Config.CommitsItself)
        {
            await Offsets.TryCommitAllAsync();
        }
        await LeaveAsync();
        _turn.Release();
    }

    private async Task LeaveAsync()
    {
        if (_leaving is null)
        {
            return;
        }
        await _leaving.CancelAsync();
        await _member;
        _leaving.Dispose();
        (_leaving, _membership) = (null, null);
    }

    private async Task KeepAsync(GroupMembership membership, CancellationToken stop)
    {
        try
        {
            await membership.RunAsync(stop);
        }
        catch (Exception exception)
        {
            // A bug of ours. The consumer reads nothing any more, and ends when it is deleted or idle.
            _logger.Failed(exception, Config.Name, Config.Group);
        }
    }

    private void Signal() => Interlocked.Exchange(ref _changed, NewSignal()).TrySetResult();

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
