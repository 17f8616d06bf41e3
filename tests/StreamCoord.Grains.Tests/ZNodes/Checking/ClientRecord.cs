using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Tests.ZNodes.Checking;

/// <summary>A request of a connection.</summary>
/// <param name="Operation">A read or write; null for the others.</param>
/// <param name="Watch">Whether it arms its one-shot watch.</param>
/// <param name="Path">For adding and removing watches.</param>
/// <param name="Add">The persistent watch to add.</param>
/// <param name="Remove">The watches to remove.</param>
/// <param name="Replay">The watches of the connection before.</param>
internal sealed record Sent(ZNodeOperation? Operation = null, bool Watch = false, string Path = "", WatchKinds Add = WatchKinds.None, WatchKinds Remove = WatchKinds.None, WatchReplay? Replay = null)
{
    /// <summary>The znode that a read is about, and the watch that it arms.</summary>
    public (string Path, WatchKinds Kind) Armed => Operation switch
    {
        ExistsOperation exists => (exists.Path, WatchKinds.Data),
        GetDataOperation get => (get.Path, WatchKinds.Data),
        GetChildrenOperation get => (get.Path, WatchKinds.Children),
        _ => ("", WatchKinds.None),
    };
}

/// <summary>One thing that a client was handed: an event, or the reply to what it had sent.</summary>
internal sealed record Received(WatchEvent? Event, bool IsReplayed, Sent? Sent, ZNodeReply? Reply);

/// <summary>Everything that one client got, connection by connection, held against the log.</summary>
internal static class ClientRecord
{
    /// <summary>What is wrong with what a client got, or null. The last connection's last reply tells how far it had to be told everything.</summary>
    public static string? FindProblem(IReadOnlyList<IReadOnlyList<Received>> connections, IReadOnlyList<LogTransaction> log)
    {
        var oracle = new WatchOracle(log);
        Zxid seen = Zxid.Zero;
        foreach (IReadOnlyList<Received> connection in connections)
        {
            oracle.DisarmAll();
            if (Check(connection, oracle, ref seen) is { } problem)
            {
                return problem;
            }
        }
        return null;
    }

    private static string? Check(IReadOnlyList<Received> connection, WatchOracle oracle, ref Zxid seen)
    {
        List<WatchEvent> told = [];
        List<WatchEvent> replayed = [];
        foreach (Received item in connection)
        {
            Zxid zxid = item.Event?.Zxid ?? item.Reply!.Zxid;
            if (zxid < seen)
            {
                return $"{item} goes back behind {seen}.";
            }
            seen = zxid;
            if (item.Event is { } watchEvent)
            {
                (item.IsReplayed ? replayed : told).Add(watchEvent);
                continue;
            }
            List<WatchEvent> due = oracle.AdvanceTo(zxid);
            if (!due.SequenceEqual(told))
            {
                return $"Before {item} the events [{string.Join("; ", due)}] are due; told were [{string.Join("; ", told)}].";
            }
            if (CheckReply(item.Sent!, item.Reply!, oracle, replayed) is { } problem)
            {
                return $"{item}: {problem}";
            }
            told.Clear();
            replayed.Clear();
        }
        // The connection was cut in the middle: what was on its way need not have arrived, but what did was due.
        List<WatchEvent> rest = told.Count == 0 ? [] : oracle.AdvanceTo(told[^1].Zxid);
        return rest.Take(told.Count).SequenceEqual(told) ? null : $"At the end [{string.Join("; ", rest)}] are due; told were [{string.Join("; ", told)}].";
    }

    private static string? CheckReply(Sent sent, ZNodeReply reply, WatchOracle oracle, List<WatchEvent> replayed)
    {
        if (sent.Replay is { } replay && oracle.Replay(replay, reply.Zxid) is var due && !due.SequenceEqual(replayed))
        {
            return $"the missed events [{string.Join("; ", due)}] are due; told were [{string.Join("; ", replayed)}].";
        }
        if (sent.Add != WatchKinds.None)
        {
            oracle.Arm(sent.Path, sent.Add);
        }
        if (sent.Remove != WatchKinds.None && oracle.Disarm(sent.Path, sent.Remove) != reply.IsOk)
        {
            return "whether there was such a watch is told wrongly.";
        }
        if (sent.Operation is not ReadOperation || sent.Armed.Kind == WatchKinds.None)
        {
            return null;
        }
        Zxid? mzxid = oracle.MzxidOf(sent.Armed.Path);
        if (mzxid != (reply.IsOk ? reply.Stat!.Value.Mzxid : null))
        {
            return $"{sent.Armed.Path} was set by {mzxid} then.";
        }
        if (sent.Watch && (reply.IsOk || sent.Operation is ExistsOperation))
        {
            oracle.Arm(sent.Armed.Path, sent.Armed.Kind);
        }
        return null;
    }
}
