using StreamCoord.Coordination.Tests.Tree;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Tests.ZNodes.Checking;

/// <summary>
/// Holds a history against the order that its zxids tell: carried out in that order by the naive model, every operation has the reply that was given; and the order of zxids is one that real time
/// allows. Together: the history is linearizable, multis included.
/// </summary>
internal static class ZxidOrderChecker
{
    /// <summary>What is wrong with the history, or null. It must be complete: whatever changed the tree after <paramref name="first"/> is in it.</summary>
    public static string? FindProblem(IReadOnlyList<Observation> history, Zxid first) => FindProblem(history, NaiveTree.BeginningAt(first));

    /// <summary>The same with a model that is afterwards what the tree must be.</summary>
    public static string? FindProblem(IReadOnlyList<Observation> history, NaiveTree model) => FindInReplies(history, model) ?? FindInTime(history);

    private static string? FindInReplies(IReadOnlyList<Observation> history, NaiveTree model)
    {
        // What was refused or read at a zxid was judged behind the transaction that has it.
        foreach (Observation one in history.Where(IsKnown).OrderBy(one => one.Reply.Zxid).ThenBy(one => !one.Changed))
        {
            if (one.Reply.Zxid.Epoch > model.Last.Epoch)
            {
                model.SkipTo(Zxid.FirstOf(one.Reply.Zxid.Epoch));
            }
            if ((one.IsWrite ? CheckWrite(model, one) : CheckRead(model, one)) is { } problem)
            {
                return $"{one.Operation} of client {one.Client} at {one.Reply.Zxid}: {problem}";
            }
        }
        return null;
    }

    private static string? CheckWrite(NaiveTree model, Observation one)
    {
        if (one.Changed && one.Reply.Zxid != model.Last.Next())
        {
            return $"the transaction before it is {model.Last}.";
        }
        if (one.Operation is OpenSessionOperation)
        {
            model.OpenSession(one.Reply.Session!.Session);
            return null;
        }
        long nowMs = one.Reply.Stat?.MtimeMs ?? 0;
        (ZNodeError error, string? path) = model.Execute(one.Caller.Session, (WriteOperation)one.Operation, nowMs);
        if (error != one.Reply.Error)
        {
            return $"the model says {error}, the reply {one.Reply.Error}.";
        }
        if (!one.Changed || one.Operation is MultiOperation)
        {
            return null;
        }
        path ??= (one.Operation as SetDataOperation)?.Path;
        return path is not null && one.Reply.Stat is { } stat && Timeless(stat) != Timeless(model.StatOf(path)) ? $"the model's Stat is {model.StatOf(path)}, the reply's {stat}." : null;
    }

    private static string? CheckRead(NaiveTree model, Observation one)
    {
        if (one.Operation is MultiReadOperation several)
        {
            return several.Operations.Select((part, i) => CheckRead(model, one with { Operation = part, Reply = one.Reply.Results![i] })).FirstOrDefault(problem => problem is not null);
        }
        string path = one.Operation switch
        {
            GetDataOperation get => get.Path,
            ExistsOperation exists => exists.Path,
            GetChildrenOperation children => children.Path,
            _ => throw new InvalidOperationException($"The checker does not know {one.Operation}."),
        };
        if (!model.Nodes.TryGetValue(path, out NaiveTree.Node? node))
        {
            return one.Reply.Error == ZNodeError.NoNode ? null : $"the model has no {path}, the reply {one.Reply.Error} {one.Reply.Stat}.";
        }
        if (!one.Reply.IsOk || Timeless(one.Reply.Stat!.Value) != Timeless(model.StatOf(path)))
        {
            return $"the model's Stat is {model.StatOf(path)}, the reply's {one.Reply.Error} {one.Reply.Stat}.";
        }
        return one.Operation is GetDataOperation && !one.Reply.Data.GetValueOrDefault().Span.SequenceEqual(node.Data) ? "the model's data is another." : null;
    }

    // What was certainly not carried out tells nothing about the tree.
    private static bool IsKnown(Observation one) => one.Reply.Error is not (ZNodeError.ConnectionLoss or ZNodeError.RequestTimeout or ZNodeError.ThrottledOp);

    private static ZNodeStat Timeless(ZNodeStat stat) => stat with { CtimeMs = 0, MtimeMs = 0 };

    private static string? FindInTime(IReadOnlyList<Observation> history)
    {
        Observation[] ended = [.. history.Where(IsKnown).Where(one => one.IsWrite || one.IsBarred).OrderBy(one => one.Ended)];
        int next = 0;
        Zxid newest = Zxid.Zero;
        foreach (Observation one in history.Where(IsKnown).Where(one => one.IsWrite || one.IsBarred).OrderBy(one => one.Began))
        {
            for (; next < ended.Length && ended[next].Ended < one.Began; next++)
            {
                newest = Zxid.Max(newest, ended[next].Reply.Zxid);
            }
            if (one.Reply.Zxid < newest || (one.Changed && one.Reply.Zxid == newest))
            {
                return $"{one.Operation} of client {one.Client} began after {newest} was answered, and has {one.Reply.Zxid}.";
            }
        }
        // What nobody was told of may have come at any later time: only for what was told there is an order of a client's own.
        foreach (IGrouping<int, Observation> client in history.Where(IsKnown).GroupBy(one => one.Client))
        {
            Zxid seen = Zxid.Zero;
            foreach (Observation one in client.OrderBy(one => one.Began))
            {
                if (one.Ended == long.MaxValue)
                {
                    continue;
                }
                if (one.Reply.Zxid < seen)
                {
                    return $"Client {client.Key} had seen {seen}; its {one.Operation} went back to {one.Reply.Zxid}.";
                }
                seen = one.Reply.Zxid;
            }
        }
        return null;
    }
}
