using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Microsoft.Extensions.Logging;
using StreamCoord.Gateway.ZooKeeper.Dispatch;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Connections;

/// <summary>
/// One client's connection: gives it its session, puts its requests into their line as they come, and ends when either side wants to. The session outlives it.
/// </summary>
/// <remarks>
/// Owns both halves of the pipe while it runs. <see cref="Close"/> may be called by anybody; everything else by the one who runs it. Always: nothing is read while the connection holds as much as
/// it may (<see cref="OutgoingQueue"/>), so a client that does not read fills its own buffers, then shows no signs of life, and loses its session in the end.
/// </remarks>
internal sealed partial class ZooKeeperConnection(IDuplexPipe pipe, ClientAddress client, ZooKeeperServices services, ILogger logger) : IDisposable
{
    /// <summary>How long a client that has seen more than this silo waits for it to catch up; then it tries another one.</summary>
    private static readonly TimeSpan CatchUpTime = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _drain = new();
    private RequestLine? _line;
    private OutgoingQueue? _outgoing;

    /// <summary>What it has done so far.</summary>
    public ConnectionStatistics Statistics { get; } = new(services.Time);

    /// <summary>Whose it is.</summary>
    public ClientAddress Client => client;

    /// <summary>The session; <see cref="SessionId.None"/> before there is one.</summary>
    public SessionId Session { get; private set; }

    /// <summary>The session's timeout. Milliseconds.</summary>
    public int TimeoutMs { get; private set; }

    /// <summary>When the session was given, by <see cref="TimeProvider.GetUtcNow"/>.</summary>
    public DateTimeOffset EstablishedAt { get; private set; }

    /// <summary>How many requests are under way.</summary>
    public int Outstanding => _outgoing?.Outstanding ?? 0;

    /// <summary>True when the client has asked for the end, which its answer brings.</summary>
    public bool IsEnding => _line?.IsEnding ?? false;

    /// <summary>True when it was closed without another word: what has not been sent is dropped.</summary>
    public bool IsCut => _stop.IsCancellationRequested;

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Dispose();
        _drain.Dispose();
    }

    /// <summary>Ends the connection at once, without another word. The session stays.</summary>
    public void Close(string reason)
    {
        if (IsCut)
        {
            return;
        }
        LogClosed(logger, client, Session, reason);
        Cancel(_stop);
    }

    /// <summary>Serves the connection until either side ends it.</summary>
    /// <param name="draining">The silo is stopping: what was begun is answered, nothing more is read.</param>
    /// <param name="closed">The connection is gone.</param>
    public async Task RunAsync(CancellationToken draining, CancellationToken closed)
    {
        using CancellationTokenRegistration ending = closed.UnsafeRegister(static state => Cancel(((ZooKeeperConnection)state!)._stop), this);
        using CancellationTokenRegistration stopping = _stop.Token.UnsafeRegister(static state => Cancel(((ZooKeeperConnection)state!)._drain), this);
        using CancellationTokenRegistration finishing = draining.UnsafeRegister(static state => Cancel(((ZooKeeperConnection)state!)._drain), this);
        try
        {
            if (await ConnectAsync() is { } session)
            {
                await ServeAsync(session);
            }
        }
        catch (JuteFormatException failure)
        {
            LogMalformed(logger, client, failure.Message);
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException)
        {
            // The client has gone, or the silo stops.
        }
#pragma warning disable CA1031 // Whatever it is, it ends this connection and nothing else.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogFailed(logger, failure, client);
        }
        finally
        {
            services.Sessions.Release(Session, this);
        }
    }

    /// <summary>Shakes hands. Null when the client gets no session: it has been told so, or tries another silo.</summary>
    private async Task<SessionGrant?> ConnectAsync()
    {
        if (await ReadConnectRequestAsync() is not { } request)
        {
            return null;
        }
        if (request.SeenZxid > services.Coordination.AppliedZxid && !await TryCatchUpAsync(request.SeenZxid))
        {
            LogAhead(logger, client, request.SeenZxid, services.Coordination.AppliedZxid);
            return null;
        }
        ZNodeReply reply = request.Session == SessionId.None
            ? await services.Coordination.RequestAsync(
                new ZNodeCaller(SessionId.None, client.Identities), new OpenSessionOperation(request.TimeoutMs, services.Cluster.NodeId)).WaitAsync(_stop.Token)
            : await services.Coordination.ResumeSessionAsync(request.Session, request.Password ?? default, request.TimeoutMs).WaitAsync(_stop.Token);
        if (reply.Session is { } session)
        {
            (Session, TimeoutMs, EstablishedAt) = (session.Session, session.TimeoutMs, services.Time.GetUtcNow());
            services.Sessions.Take(session.Session, this);
            JuteFrame.Write(pipe.Output, new ConnectResponse(0, session.TimeoutMs, session.Session, session.Password, request.ReadOnly is null ? null : false));
            await pipe.Output.FlushAsync(_stop.Token);
            return session;
        }
        LogRefused(logger, client, request.Session, reply.Message ?? reply.Error.ToString());
        if (reply.Error is ZNodeError.SessionExpired or ZNodeError.AuthFailed)
        {
            JuteFrame.Write(pipe.Output, ConnectResponse.Refused(request.ReadOnly));
            await pipe.Output.FlushAsync(_stop.Token);
        }
        return null;
    }

    private async Task<ConnectRequest?> ReadConnectRequestAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_drain.Token);
        await using ITimer slow = services.Time.CreateTimer(
            static state => Cancel((CancellationTokenSource)state!), limit, TimeSpan.FromMilliseconds(services.Options.ConnectMs), Timeout.InfiniteTimeSpan);
        while (true)
        {
            ReadResult read = await pipe.Input.ReadAsync(limit.Token);
            ReadOnlySequence<byte> bytes = read.Buffer;
            if (bytes.Length >= JuteFrame.LengthBytes && services.Words.Answer(FrameCutter.PeekInt(bytes)) is { } answer)
            {
                await AnswerWordAsync(await answer);
                return null;
            }
            if (FrameCutter.TryCut(ref bytes, services.Options.JuteMaxBufferBytes, out ReadOnlySequence<byte> frame))
            {
                ConnectRequest request = ReadConnectRequest(frame);
                pipe.Input.AdvanceTo(bytes.Start);
                Statistics.Received(1);
                return request;
            }
            pipe.Input.AdvanceTo(bytes.Start, bytes.End);
            if (read.IsCompleted)
            {
                return null;
            }
        }
    }

    private async Task AnswerWordAsync(string answer)
    {
        pipe.Output.Write(Encoding.UTF8.GetBytes(answer));
        await pipe.Output.FlushAsync(_stop.Token);
    }

    private static ConnectRequest ReadConnectRequest(ReadOnlySequence<byte> frame)
    {
        var reader = new JuteReader(frame.IsSingleSegment ? frame.FirstSpan : frame.ToArray());
        return ConnectRequest.Read(ref reader);
    }

    private async Task<bool> TryCatchUpAsync(Zxid seen)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_drain.Token);
        await using ITimer slow = services.Time.CreateTimer(static state => Cancel((CancellationTokenSource)state!), limit, CatchUpTime, Timeout.InfiniteTimeSpan);
        await services.Coordination.WaitAppliedAsync(seen, limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return services.Coordination.AppliedZxid >= seen;
    }

    private async Task ServeAsync(SessionGrant session)
    {
        _outgoing = new OutgoingQueue(pipe.Output, services.Options, Statistics);
        await using var line = new RequestLine(services.Coordination, new ZNodeCaller(session.Session, client.Identities) { Owner = session.Owner }, _outgoing);
        _line = line;
        Task<string?> ended = _outgoing.Ended;
        Task reading = ReadAsync(line, _outgoing);
        await Task.WhenAny(reading, ended);
        if (!ended.IsCompleted)
        {
            // What was begun is answered: the end of the connection, if it was asked for, comes with an answer. Whoever has gone does not wait for any.
            Task last = line.IsEnding ? ended : _outgoing.WaitForIdleAsync();
            await Task.WhenAny(last, ended, Task.Delay(Timeout.InfiniteTimeSpan, services.Time, _stop.Token));
        }
        if (ended.IsCompletedSuccessfully && await ended is { } reason)
        {
            Close(reason);
        }
        Cancel(_drain);
        await (ended.IsFaulted ? EndAsync(reading, ended) : reading);
    }

    // A message that cannot be made is a failure of ours: what the reading ends with does not hide it.
    private static async Task EndAsync(Task reading, Task failed)
    {
        await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await failed;
    }

    private async Task ReadAsync(RequestLine line, OutgoingQueue outgoing)
    {
        bool isOpen = true;
        while (isOpen && !line.IsEnding)
        {
            ReadResult read = await pipe.Input.ReadAsync(_drain.Token);
            long timestamp = services.Time.GetTimestamp();
            ReadOnlySequence<byte> bytes = read.Buffer;
            int count = 0;
            while (!line.IsEnding && FrameCutter.TryCut(ref bytes, services.Options.JuteMaxBufferBytes, out ReadOnlySequence<byte> frame))
            {
                await outgoing.WaitForRoomAsync().WaitAsync(_drain.Token);
                Begin(line, frame, timestamp);
                count++;
            }
            if (count > 0)
            {
                Statistics.Received(count);
                services.Coordination.Touch(Session);
            }
            pipe.Input.AdvanceTo(bytes.Start, bytes.End);
            isOpen = !read.IsCompleted;
        }
    }

    private void Begin(RequestLine line, ReadOnlySequence<byte> frame, long timestamp)
    {
        if (frame.IsSingleSegment)
        {
            Begin(line, frame.FirstSpan, timestamp);
            return;
        }
        byte[] whole = ArrayPool<byte>.Shared.Rent((int)frame.Length);
        try
        {
            frame.CopyTo(whole);
            Begin(line, whole.AsSpan(0, (int)frame.Length), timestamp);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(whole);
        }
    }

    private void Begin(RequestLine line, ReadOnlySpan<byte> frame, long timestamp)
    {
        var reader = new JuteReader(frame);
        var header = RequestHeader.Read(ref reader);
        var ticket = new RequestTicket(services.Operations.Find(header.OpCode), header.Xid, frame.Length, timestamp);
        try
        {
            ticket.Handler.Begin(ref reader, ticket, line);
        }
        catch (JuteFormatException)
        {
            line.Refuse(ticket, ZNodeError.MarshallingError);
        }
    }

    private static void Cancel(CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The connection is over.
        }
    }

    [LoggerMessage(6101, LogLevel.Warning, "The ZooKeeper connection from {Client} is closed: {Reason}")]
    private static partial void LogMalformed(ILogger logger, ClientAddress client, string reason);

    [LoggerMessage(6102, LogLevel.Error, "The ZooKeeper connection from {Client} is closed after a failure.")]
    private static partial void LogFailed(ILogger logger, Exception exception, ClientAddress client);

    [LoggerMessage(6103, LogLevel.Information, "The ZooKeeper connection from {Client} with session {Session} is closed: {Reason}")]
    private static partial void LogClosed(ILogger logger, ClientAddress client, SessionId session, string reason);

    [LoggerMessage(6104, LogLevel.Information, "The ZooKeeper client at {Client} does not get session {Session}: {Reason}")]
    private static partial void LogRefused(ILogger logger, ClientAddress client, SessionId session, string reason);

    [LoggerMessage(6105, LogLevel.Information, "The ZooKeeper client at {Client} has seen transaction {Seen} and this silo only {Applied}: it has to try another one.")]
    private static partial void LogAhead(ILogger logger, ClientAddress client, Zxid seen, Zxid applied);
}
