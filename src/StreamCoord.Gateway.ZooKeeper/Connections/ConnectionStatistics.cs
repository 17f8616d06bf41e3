using StreamCoord.Gateway.ZooKeeper.Dispatch;
using StreamCoord.Protocol.ZooKeeper;

namespace StreamCoord.Gateway.ZooKeeper.Connections;

/// <summary>What one connection has done so far. Written by the thread that reads and by the one that writes, each its own numbers; read by anybody, who may see them a moment apart.</summary>
internal sealed class ConnectionStatistics(TimeProvider time)
{
    private long _received;
    private long _sent;
    private long _lastResponseTimestamp;

    /// <summary>Requests that have come.</summary>
    public long ReceivedCount => Volatile.Read(ref _received);

    /// <summary>Replies and events that have been sent.</summary>
    public long SentCount => Volatile.Read(ref _sent);

    /// <summary>How long requests took to be answered.</summary>
    public LatencyStatistics Latency { get; } = new();

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

    /// <summary>Requests have come.</summary>
    public void Received(int count) => Volatile.Write(ref _received, _received + count);

    /// <summary>An event was sent.</summary>
    public void Sent() => Volatile.Write(ref _sent, _sent + 1);

    /// <summary>A reply was sent.</summary>
    public void Answered(in RequestTicket request, Zxid zxid)
    {
        Sent();
        (LastOperation, LastXid, LastZxid) = (request.Handler.OpCode, request.Xid, zxid);
        Volatile.Write(ref _lastResponseTimestamp, time.GetTimestamp());
        Latency.Add((long)time.GetElapsedTime(request.ReceivedTimestamp, _lastResponseTimestamp).TotalMilliseconds);
    }
}
