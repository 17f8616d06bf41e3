using StreamCoord.Gateway.ZooKeeper.Dispatch;
using StreamCoord.Security;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Connections;

/// <summary>The requests of one client on their way into the tree, in their order. What handlers are given. For one thread at a time.</summary>
/// <remarks>Owns the connection to the tree.</remarks>
internal sealed class RequestLine(ICoordination coordination, ZNodeCaller caller, OutgoingQueue outgoing) : IAsyncDisposable
{
    private readonly ICoordinationConnection _connection = coordination.Connect(caller, outgoing);

    /// <summary>Who the client has proved to be, and its session.</summary>
    public ZNodeCaller Caller => _connection.Caller;

    /// <summary>True when the connection ends with a request that was given: nothing more is taken.</summary>
    public bool IsEnding { get; private set; }

    /// <summary>The SASL exchange that is under way; null when there is none.</summary>
    public DigestMd5Exchange? Sasl { get; set; }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    /// <summary>Carries out an operation.</summary>
    /// <param name="ticket">The request.</param>
    /// <param name="operation">What to do.</param>
    /// <param name="watch">Whether to arm the watch that goes with it.</param>
    /// <param name="note">What the handler needs for the reply.</param>
    public void Request(in RequestTicket ticket, ZNodeOperation operation, bool watch = false, object? note = null)
    {
        Begin(ticket, note);
        _connection.Request(0, operation, watch);
    }

    /// <summary>Carries out an operation with whose reply the connection ends.</summary>
    public void RequestAndEnd(in RequestTicket ticket, ZNodeOperation operation)
    {
        Begin(ticket, null, ends: true);
        _connection.Request(0, operation);
    }

    /// <summary>Has the handler answer in the request's turn, without asking the tree anything.</summary>
    public void Pass(in RequestTicket ticket, object? note = null)
    {
        Begin(ticket, note);
        _connection.Pass(0);
    }

    /// <summary>Refuses a request in its turn.</summary>
    public void Refuse(in RequestTicket ticket, ZNodeError error)
    {
        Begin(ticket, null, error);
        _connection.Pass(0);
    }

    /// <summary>Refuses a request in its turn, with which the connection ends.</summary>
    public void RefuseAndEnd(in RequestTicket ticket, ZNodeError error)
    {
        Begin(ticket, null, error, ends: true);
        _connection.Pass(0);
    }

    /// <summary>Asks for a read barrier.</summary>
    public void Sync(in RequestTicket ticket, object note)
    {
        Begin(ticket, note);
        _connection.Sync(0);
    }

    /// <summary>Arms a persistent watch.</summary>
    public void AddWatch(in RequestTicket ticket, string path, WatchKinds kind)
    {
        Begin(ticket, null);
        _connection.AddWatch(0, path, kind);
    }

    /// <summary>Removes watches.</summary>
    public void RemoveWatches(in RequestTicket ticket, string path, WatchKinds kinds)
    {
        Begin(ticket, null);
        _connection.RemoveWatches(0, path, kinds);
    }

    /// <summary>Asks for a watch.</summary>
    public void CheckWatches(in RequestTicket ticket, string path, WatchKinds kinds)
    {
        Begin(ticket, null);
        _connection.CheckWatches(0, path, kinds);
    }

    /// <summary>Arms the watches of a lost connection.</summary>
    public void Replay(in RequestTicket ticket, WatchReplay watches)
    {
        Begin(ticket, null);
        _connection.Replay(0, watches);
    }

    /// <summary>Takes over what a client brings to prove who it is, for the requests to come.</summary>
    /// <returns><see cref="ZNodeError.Ok"/>, or <see cref="ZNodeError.AuthFailed"/>.</returns>
    public ZNodeError Prove(string scheme, ReadOnlyMemory<byte> credentials)
    {
        ZNodeError error = coordination.Authenticate(scheme, credentials, out IReadOnlyList<AuthIdentity> proved);
        if (error == ZNodeError.Ok)
        {
            Add(proved);
        }
        return error;
    }

    /// <summary>Adds to what the client has proved.</summary>
    public void Add(IReadOnlyList<AuthIdentity> identities) =>
        _connection.Caller = Caller with { Identities = [.. Caller.Identities.Union(identities)] };

    private void Begin(in RequestTicket ticket, object? note, ZNodeError refusal = ZNodeError.Ok, bool ends = false)
    {
        IsEnding |= ends;
        outgoing.Begin(new PendingRequest(ticket, note, refusal, ends));
    }
}
