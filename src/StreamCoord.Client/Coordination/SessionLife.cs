using Microsoft.Extensions.Logging;
using StreamCoord.Client.Calls;
using StreamCoord.ZNodes;

namespace StreamCoord.Client.Coordination;

/// <summary>
/// Keeps a session alive: signs of life, another silo when one is gone, and the end when nobody can say any more that it lives. Safe for concurrent use.
/// </summary>
/// <remarks>
/// Always: while <see cref="Lost"/> is not cancelled, something that was sent less than a timeout ago was answered. A process that stood still for longer finds it cancelled before its next sign of life.
/// </remarks>
internal sealed class SessionLife : IAsyncDisposable
{
    private const int SignsPerTimeout = 3;

    private readonly GrainCalls _calls;
    private readonly ZNodeSessionOptions _options;
    private readonly WatchTable _watches;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly List<ZNodeCredentials> _credentials;
    private readonly Lock _lock = new();
    private TaskCompletionSource<ZNodeConnection> _connected = NewSignal();
    private ZNodeConnection? _present;
    private ITimer? _expiry;
    private Task _running = Task.CompletedTask;
    private Zxid _seen;
    private ZNodeException? _end;

    public SessionLife(GrainCalls calls, ZNodeSessionOptions options, WatchTable watches, ILogger logger)
    {
        (_calls, _options, _watches, _logger) = (calls, options, watches, logger);
        _credentials = [.. options.Credentials];
    }

    /// <summary>Cancelled when the session is over, or may be.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>The session. There is one when <see cref="OpenAsync"/> has ended.</summary>
    public SessionGrant Grant { get; private set; } = null!;

    /// <summary>The clock.</summary>
    public TimeProvider Time => _calls.Time;

    /// <summary>Opens the session. One that was opened without an answer expires by itself.</summary>
    /// <exception cref="ZNodeException">The cluster refuses it, or nobody has answered in time.</exception>
    public async Task OpenAsync(int timeoutMs, CancellationToken cancellationToken)
    {
        long start = _calls.Time.GetTimestamp();
        var backoff = ZNodeErrors.Backoff();
        while (true)
        {
            long sent = _calls.Time.GetTimestamp();
            (ZNodeConnection connection, ZNodeReply reply) = await EstablishAsync(grain => grain.OpenSession(_options.TimeoutMs)).ConfigureAwait(false);
            if (reply is { IsOk: true, Session: { } grant })
            {
                Grant = grant;
                _expiry = _calls.Time.CreateTimer(_ => Expire(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                Confirm(sent, reply.Zxid);
                _running = Background.Run(() => RunAsync(connection));
                return;
            }
            connection.Dispose();
            if (!ZNodeErrors.Passes(reply.Error) || _calls.Time.GetElapsedTime(start).TotalMilliseconds >= timeoutMs)
            {
                throw ZNodeException.Of(reply);
            }
            await backoff.WaitAsync(_calls.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The present connection, when there is one.</summary>
    /// <exception cref="ZNodeException">The session is over.</exception>
    public Task<ZNodeConnection> ConnectionAsync(CancellationToken cancellationToken)
    {
        Task<ZNodeConnection> connected;
        lock (_lock)
        {
            Withdraw();
            connected = _connected.Task;
        }
        return connected.IsCompleted ? connected : connected.WaitAsync(cancellationToken);
    }

    /// <summary>Shows who the session is, here and to every silo to come.</summary>
    public async Task<ZNodeReply> AuthenticateAsync(ZNodeCredentials credentials, CancellationToken cancellationToken)
    {
        ZNodeConnection connection;
        ZNodeReply reply;
        do
        {
            connection = await ConnectionAsync(cancellationToken).ConfigureAwait(false);
            reply = await connection.AttemptAsync(grain => grain.Authenticate(credentials.Scheme, credentials.Secret)).ConfigureAwait(false);
            lock (_lock)
            {
                _credentials.AddRange(reply.IsOk && !_credentials.Contains(credentials) ? [credentials] : []);
            }
        }
        // The next connection may have begun before it was known.
        while (connection.Broken.IsCancellationRequested);
        return reply;
    }

    /// <summary>Notes what was seen: no later silo may show less.</summary>
    public void See(Zxid zxid)
    {
        lock (_lock)
        {
            _seen = Zxid.Max(_seen, zxid);
        }
    }

    /// <summary>Ends the session and deletes its ephemeral znodes; when nobody answers in time, the cluster does so when it expires.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_ending.IsCancellationRequested)
        {
            return;
        }
        await _ending.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        if (_connected.Task is { IsCompletedSuccessfully: true } connected)
        {
            ZNodeConnection connection = await connected.ConfigureAwait(false);
            await connection.AttemptAsync(grain => grain.Request(new CloseSessionOperation(Grant.Session), watch: false)).ConfigureAwait(false);
            connection.Dispose();
        }
        End(new ZNodeException(ZNodeError.SessionExpired, "The session was closed."), isExpected: true);
    }

    private static TaskCompletionSource<ZNodeConnection> NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task RunAsync(ZNodeConnection first)
    {
        try
        {
            await GoOnAsync(first).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever it is, nobody keeps the session alive any more, and its holders must know.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            End(new ZNodeException(ZNodeError.SystemError, $"The session cannot be kept alive: {failure.Message}", failure), isExpected: false);
        }
    }

    private async Task GoOnAsync(ZNodeConnection first)
    {
        ZNodeConnection? connection = first;
        while (connection is not null)
        {
            Publish(connection);
            await KeepAliveAsync(connection).ConfigureAwait(false);
            if (_ending.IsCancellationRequested)
            {
                return;
            }
            connection.Dispose();
            connection = await ReconnectAsync().ConfigureAwait(false);
        }
    }

    private void Publish(ZNodeConnection connection)
    {
        lock (_lock)
        {
            Withdraw();
            _present = connection;
            _connected.TrySetResult(connection);
        }
    }

    // Nobody is given a connection that is known not to work.
    private void Withdraw()
    {
        if (_end is null && _present is { Broken.IsCancellationRequested: true })
        {
            (_present, _connected) = (null, NewSignal());
        }
    }

    private async Task KeepAliveAsync(ZNodeConnection connection)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(connection.Broken, _ending.Token, _lost.Token);
        // As often as an attempt may take, too: requests hear only so that their silo is gone.
        TimeSpan interval = TimeSpan.FromMilliseconds(Math.Clamp(Grant.TimeoutMs / SignsPerTimeout, 1, _calls.AttemptTimeoutMs));
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(interval, _calls.Time, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stop.IsCancellationRequested)
            {
                return;
            }
            long sent = _calls.Time.GetTimestamp();
            ZNodeReply reply = await connection.AttemptAsync(grain => grain.Ping()).ConfigureAwait(false);
            if (reply.IsOk)
            {
                Confirm(sent, reply.Zxid);
                _watches.Pass(connection, reply.Zxid);
            }
            else if (reply.Error == ZNodeError.SessionExpired)
            {
                End(ZNodeException.Of(reply), isExpected: false);
            }
        }
    }

    private async Task<ZNodeConnection?> ReconnectAsync()
    {
        var backoff = ZNodeErrors.Backoff();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token, _lost.Token);
        while (!stop.IsCancellationRequested)
        {
            long sent = _calls.Time.GetTimestamp();
            (ZNodeConnection connection, ZNodeReply reply) =
                await EstablishAsync(grain => grain.ResumeSession(Grant.Session, Grant.Password, Grant.TimeoutMs, _seen)).ConfigureAwait(false);
            if (reply.IsOk)
            {
                Confirm(sent, reply.Zxid);
                ClientLog.SessionMoved(_logger, Grant.Session);
                return connection;
            }
            connection.Dispose();
            if (reply.Error is ZNodeError.SessionExpired or ZNodeError.AuthFailed)
            {
                End(ZNodeException.Of(reply), isExpected: false);
            }
            await backoff.WaitAsync(_calls.Time, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        return null;
    }

    // What a connection says counts from before it has watches.
    private async Task<(ZNodeConnection Connection, ZNodeReply Reply)> EstablishAsync(Func<IZNodeClientGrain, Task<ZNodeReply>> begin)
    {
        var connection = new ZNodeConnection(_calls, _watches);
        _watches.Switch(connection);
        ZNodeReply reply = await connection.ConnectAsync().ConfigureAwait(false);
        ZNodeCredentials[] credentials;
        lock (_lock)
        {
            credentials = [.. _credentials];
        }
        foreach (ZNodeCredentials shown in credentials)
        {
            reply = reply.IsOk ? await connection.AttemptAsync(grain => grain.Authenticate(shown.Scheme, shown.Secret)).ConfigureAwait(false) : reply;
        }
        ZNodeReply begun = reply.IsOk ? await connection.AttemptAsync(begin).ConfigureAwait(false) : reply;
        ZNodeReply armed = begun.IsOk ? await _watches.RearmAsync(connection).ConfigureAwait(false) : begun;
        return (connection, armed.IsOk ? begun : armed);
    }

    private void Confirm(long sentTimestamp, Zxid zxid)
    {
        See(zxid);
        double leftMs = Grant.TimeoutMs - _calls.Time.GetElapsedTime(sentTimestamp).TotalMilliseconds;
        _expiry!.Change(TimeSpan.FromMilliseconds(Math.Max(0, leftMs)), Timeout.InfiniteTimeSpan);
    }

    private void Expire() => End(
        new ZNodeException(ZNodeError.SessionExpired, $"No silo has answered for {Grant.TimeoutMs} ms: the session and its ephemeral znodes may be gone. Open another when the cluster can be reached."), isExpected: false);

    private void End(ZNodeException reason, bool isExpected)
    {
        lock (_lock)
        {
            if (_end is not null)
            {
                return;
            }
            _end = reason;
            if (!_connected.TrySetException(reason))
            {
                (_connected = NewSignal()).SetException(reason);
            }
            // Nobody may ever ask.
            _ = _connected.Task.Exception;
        }
        _expiry?.Dispose();
        if (!isExpected)
        {
            ClientLog.SessionLost(_logger, Grant.Session, reason.Message);
        }
        _watches.Fail(isExpected ? null : reason);
        _ = _lost.CancelAsync();
    }
}
