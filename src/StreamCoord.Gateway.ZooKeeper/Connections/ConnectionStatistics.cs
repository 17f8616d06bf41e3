using StreamCoord.Gateway.ZooKeeper.Dispatch;
using StreamCoord.Protocol.ZooKeeper;

namespace StreamCoord.Gateway.ZooKeeper.Connections;

/// <summary>What one connection has done so far. Written by the thread that reads and by the one that writes, each its own numbers; read by anybody, who may see them a moment apart.</summary>
internal sealed class ConnectionStatistics(TimeProvider time)
{
    /// <summary>As <see cref="LastXid"/>: no request was answered since the statistics were set back.</summary>
    public const int NoXid = -1;

    private long _received;
    private long _sent;
    private long _receivedBefore;
    private long _sentBefore;
    private long _lastResponseTimestamp;

    /// <summary>Requests that have come since the connection's statistics were set back.</summary>
    public long ReceivedCount => ReceivedTotal - Volatile.Read(ref _receivedBefore);

    /// <summary>Replies and events that have been sent since the connection's statistics were set back.</summary>
    public long SentCount => SentTotal - Volatile.Read(ref _sentBefore);

    /// <summary>Requests that have come, for the server's sums. Never falls.</summary>
    public long ReceivedTotal => Volatile.Read(ref _received);

    /// <summary>Replies and events that have been sent, for the server's sums. Never falls.</summary>
    public long SentTotal => Volatile.Read(ref _sent);

    /// <summary>How long requests took to be answered.</summary>
    public LatencyStatistics Latency { get; } = new();

    /// <summary>The same for the server's sums, whose statistics are set back apart.</summary>
    public LatencyStatistics ServerLatency { get; } = new();

    /// <summary>The operation that was answered last.</summary>
    public OpCode LastOperation { get; private set; } = OpCode.CreateSession;

    /// <summary>The number of the request that was answered last.</summary>
    public int LastXid { get; private set; }

    /// <summary>The zxid that was answered last.</summary>
    public Zxid LastZxid { get; private set; }

    /// <summary>When that was, by a clock that has no meaning elsewhere. Milliseconds.</summary>
    public long LastResponseMs => Volatile.Read(ref _lastResponseTimestamp) / (time.TimestampFrequency / 1_000);

    /// <summary>Why the tree gave the connection up; null while it has not.</summary>
    public string? BrokenReason { get; set; }

    /// <summary>Begins the connection's own statistics anew (crst). The operation that is answered at this moment may stay the last one.</summary>
    public void SetBack()
    {
        Volatile.Write(ref _receivedBefore, ReceivedTotal);
        Volatile.Write(ref _sentBefore, SentTotal);
        Volatile.Write(ref _lastResponseTimestamp, 0);
        (LastOperation, LastXid, LastZxid) = (OpCode.Error, NoXid, new Zxid(-1));
        Latency.SetBack();
    }

    /// <summary>Requests have come.</summary>
    public void Received(int count) => Volatile.Write(ref _received, _received + count);

    /// <summary>An event was sent.</summary>
    public void Sent() => Volatile.Write(ref _sent, _sent + 1);

    /// <summary>A reply was sent.</summary>
    public void Answered(in RequestTicket request, Zxid zxid)
    {
        Sent();
        (LastOperation, LastXid, LastZxid) = (request.Handler.OpCode, request.Xid, zxid);
        long now = time.GetTimestamp();
        Volatile.Write(ref _lastResponseTimestamp, now);
        long elapsedMs = (long)time.GetElapsedTime(request.ReceivedTimestamp, now).TotalMilliseconds;
        Latency.Add(elapsedMs);
        ServerLatency.Add(elapsedMs);
    }
}
