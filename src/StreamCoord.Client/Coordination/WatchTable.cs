using Microsoft.Extensions.Logging;
using StreamCoord.ZNodes;

namespace StreamCoord.Client.Coordination;

/// <summary>The watches of a session, and who is told of what. Safe for concurrent use.</summary>
/// <remarks>
/// Only the present connection is listened to: what an older one says, an event or a reply, is as if it had not come. Always: a one-shot watch is armed on the present connection, or in the next replay of what that misses; and it was armed
/// at no later transaction than the one up to which everything was told.
/// </remarks>
internal sealed class WatchTable(ILogger logger)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<OneShotWatch>> _oneShots = [];
    private readonly Dictionary<string, List<ZNodeWatch>> _lasting = [];
    private ZNodeConnection? _connection;
    private Zxid _told;
    private ZNodeException? _failure;

    /// <summary>Only this connection is listened to from now on, and all that lasts waits for what it has missed.</summary>
    public void Switch(ZNodeConnection connection)
    {
        lock (_lock)
        {
            _connection = connection;
            foreach (ZNodeWatch watch in Lasting())
            {
                watch.BeginCatchUp();
            }
        }
    }

    /// <summary>Registers a watch before the read that arms it is sent.</summary>
    public OneShotWatch Prepare(string path, bool isOfChildren, Action<WatchEvent> told)
    {
        var watch = new OneShotWatch(path, isOfChildren, told);
        lock (_lock)
        {
            Put(_oneShots, path, watch);
        }
        return watch;
    }

    /// <summary>The read was answered.</summary>
    /// <returns>False when another connection has come meanwhile: the watch is armed nowhere, and has to be read for again.</returns>
    public bool TryArm(ZNodeConnection connection, OneShotWatch watch, Zxid at, bool isOfMissing)
    {
        WatchEvent? early;
        lock (_lock)
        {
            if (_connection != connection)
            {
                return false;
            }
            _told = Zxid.Max(_told, at);
            early = watch.Arm(at, isOfMissing);
            _ = early is not null && Take(_oneShots, watch.Path, watch);
        }
        if (early is not null)
        {
            Tell(watch, early);
        }
        return true;
    }

    /// <summary>The read was refused.</summary>
    public void Drop(OneShotWatch watch)
    {
        lock (_lock)
        {
            Take(_oneShots, watch.Path, watch);
        }
    }

    public void Add(ZNodeWatch watch)
    {
        lock (_lock)
        {
            if (_failure is not null)
            {
                throw _failure;
            }
            Put(_lasting, watch.Path, watch);
        }
    }

    /// <summary>Removes a watch. True when it was the last one of its kind there.</summary>
    public bool Remove(ZNodeWatch watch)
    {
        lock (_lock)
        {
            return Take(_lasting, watch.Path, watch) && (_lasting.GetValueOrDefault(watch.Path) ?? []).TrueForAll(other => other.Kind != watch.Kind);
        }
    }

    /// <summary>Tells the watches. When it returns, one-shot ones have been told, and the others have it in line.</summary>
    public void Dispatch(ZNodeConnection connection, IReadOnlyList<WatchEvent> events)
    {
        List<(OneShotWatch, WatchEvent)> due = [];
        lock (_lock)
        {
            if (_connection != connection)
            {
                return;
            }
            foreach (WatchEvent watchEvent in events)
            {
                TellLasting(watchEvent);
                foreach (OneShotWatch watch in (_oneShots.GetValueOrDefault(watchEvent.Path) ?? []).FindAll(watch => watch.Takes(watchEvent)))
                {
                    Take(_oneShots, watch.Path, watch);
                    due.Add((watch, watchEvent));
                }
            }
        }
        foreach ((OneShotWatch watch, WatchEvent watchEvent) in due)
        {
            Tell(watch, watchEvent);
        }
    }

    /// <summary>A connection was answered: everything up to a transaction was told.</summary>
    public void Pass(ZNodeConnection connection, Zxid zxid)
    {
        lock (_lock)
        {
            if (_connection != connection)
            {
                return;
            }
            _told = Zxid.Max(_told, zxid);
            foreach (ZNodeWatch watch in Lasting())
            {
                watch.Pass(zxid);
            }
        }
    }

    /// <summary>Arms everything on a new connection, and tells what was missed.</summary>
    /// <returns><see cref="ZNodeError.Ok"/>, or why the connection does not do.</returns>
    public async Task<ZNodeReply> RearmAsync(ZNodeConnection connection)
    {
        WatchReplay replay;
        List<ZNodeWatch> lasting;
        lock (_lock)
        {
            replay = new WatchReplay(
                _told, Paths(watch => !watch.IsOfChildren && !watch.IsOfMissing), Paths(watch => watch.IsOfMissing), Paths(watch => watch.IsOfChildren), [], []);
            lasting = [.. Lasting().Where(watch => watch.HasBegun)];
        }
        ZNodeReply reply = await connection.AttemptAsync(grain => grain.Replay(replay)).ConfigureAwait(false);
        foreach (ZNodeWatch watch in lasting)
        {
            reply = reply.IsOk ? await ArmAsync(connection, watch).ConfigureAwait(false) : reply;
        }
        return reply;
    }

    /// <summary>Arms one that lasts, and tells it what it has missed since it was armed before.</summary>
    public static async Task<ZNodeReply> ArmAsync(ZNodeConnection connection, ZNodeWatch watch)
    {
        await watch.Arming.WaitAsync().ConfigureAwait(false);
        try
        {
            (Zxid after, int skipCount) = watch.BeginCatchUp();
            ZNodeReply armed = await connection.AttemptAsync(grain => grain.AddWatch(watch.Path, watch.Kind)).ConfigureAwait(false);
            bool isComplete = !watch.HasBegun || after >= armed.Zxid;
            while (armed.IsOk && !isComplete)
            {
                WatchHistory? missed = await connection.ReadHistoryAsync(watch, after, skipCount).ConfigureAwait(false);
                if (missed is null)
                {
                    return ZNodeReply.Refused(ZNodeError.ConnectionLoss, "The connection has ended.");
                }
                if (missed.Gone is { } gone)
                {
                    watch.Fail(new ZNodeException(ZNodeError.DataInconsistency, $"Changes of {watch.Path} were missed: {gone} Read the tree anew."));
                }
                (after, skipCount) = watch.CatchUp(missed.Events, armed.Zxid);
                isComplete = missed.IsComplete || missed.Events[^1].Zxid > armed.Zxid;
            }
            if (armed.IsOk)
            {
                watch.EndCatchUp(armed.Zxid);
            }
            return armed;
        }
        finally
        {
            watch.Arming.Release();
        }
    }

    /// <summary>The session is over: nobody is told anything any more.</summary>
    /// <param name="reason">Null when it was closed.</param>
    public void Fail(ZNodeException? reason)
    {
        lock (_lock)
        {
            _connection = null;
            _failure = reason ?? new ZNodeException(ZNodeError.SessionExpired, "The session was closed.");
            foreach (ZNodeWatch watch in Lasting())
            {
                watch.Fail(reason);
            }
            _oneShots.Clear();
            _lasting.Clear();
        }
    }

    private IEnumerable<ZNodeWatch> Lasting() => _lasting.Values.SelectMany(watches => watches);

    private string[] Paths(Func<OneShotWatch, bool> kind) => [.. _oneShots.Values.SelectMany(watches => watches).Where(watch => watch.IsArmed && kind(watch)).Select(watch => watch.Path).Distinct()];

    private static void Put<TWatch>(Dictionary<string, List<TWatch>> table, string path, TWatch watch)
    {
        if (!table.TryGetValue(path, out List<TWatch>? same))
        {
            table.Add(path, same = []);
        }
        same.Add(watch);
    }

    private static bool Take<TWatch>(Dictionary<string, List<TWatch>> table, string path, TWatch watch)
    {
        if (!table.TryGetValue(path, out List<TWatch>? same) || !same.Remove(watch))
        {
            return false;
        }
        if (same.Count == 0)
        {
            table.Remove(path);
        }
        return true;
    }

    private void TellLasting(WatchEvent watchEvent)
    {
        for (string? path = watchEvent.Path; path is not null; path = ParentOf(path))
        {
            bool isOwn = path == watchEvent.Path;
            foreach (ZNodeWatch watch in _lasting.GetValueOrDefault(path) ?? [])
            {
                if (watch.IsRecursive ? watchEvent.Type != WatchEventType.ChildrenChanged : isOwn)
                {
                    watch.Tell(watchEvent);
                }
            }
        }
    }

    private static string? ParentOf(string path) => path == "/" ? null : path.LastIndexOf('/') is > 0 and var end ? path[..end] : "/";

    private void Tell(OneShotWatch watch, WatchEvent watchEvent)
    {
        try
        {
            watch.Told(watchEvent);
        }
#pragma warning disable CA1031 // The others must hear of it all the same.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            ClientLog.WatcherFailed(logger, watchEvent.Path, failure);
        }
    }
}
