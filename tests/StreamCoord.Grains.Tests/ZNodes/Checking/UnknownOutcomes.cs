using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Tests.ZNodes.Checking;

/// <summary>Finds out from the log what became of the writes whose clients were not told, and holds the log against what the others were told.</summary>
internal static class UnknownOutcomes
{
    /// <summary>
    /// The history with every write that the log has as one that succeeded; or what is wrong: an acknowledged write that is not in the log as it was sent, or a transaction, or half of one, that nobody sent.
    /// </summary>
    public static string? Resolve(IReadOnlyList<Observation> history, IReadOnlyList<LogTransaction> log, Zxid first, out IReadOnlyList<Observation> resolved)
    {
        Dictionary<Zxid, Observation> told = history.Where(one => one.Changed).ToDictionary(one => one.Reply.Zxid);
        List<Observation> unknown = [.. history.Where(one => one.IsWrite && one.IsUnknown)];
        List<Observation> found = [];
        resolved = [];
        foreach (LogTransaction transaction in log.Where(transaction => transaction.Zxid > first && transaction.Zxid.Counter > 0))
        {
            if (told.Remove(transaction.Zxid, out Observation? one))
            {
                if (!Is(one, transaction))
                {
                    return $"{transaction.Zxid} was told to have been {Text(one)}; the log has {Text(transaction)}.";
                }
                continue;
            }
            int index = unknown.FindIndex(lost => Is(lost, transaction));
            if (index < 0)
            {
                return $"Nobody sent {Text(transaction)}.";
            }
            // Of several that look alike in the log nobody can tell which one it was, and so not which version it expected.
            bool isOneOfMany = unknown.FindIndex(index + 1, lost => Is(lost, transaction)) >= 0;
            ZNodeOperation operation = isOneOfMany ? WithoutVersions(unknown[index].Operation) : unknown[index].Operation;
            found.Add(unknown[index] with { Operation = operation, Reply = ReplyOf(unknown[index], transaction), Ended = long.MaxValue });
            unknown.RemoveAt(index);
        }
        if (told.Count > 0)
        {
            return $"{told.Count} acknowledged writes are lost, such as {Text(told.Values.First())} of {told.Keys.First()}.";
        }
        resolved = [.. history.Where(one => !one.IsUnknown), .. found];
        return null;
    }

    private static ZNodeOperation WithoutVersions(ZNodeOperation operation) => operation switch
    {
        MultiOperation multi => new MultiOperation([.. multi.Operations.Where(one => one is not CheckOperation).Select(one => (WriteOperation)WithoutVersions(one))]),
        DeleteOperation delete => delete with { ExpectedVersion = WriteOperation.AnyVersion },
        SetDataOperation set => set with { ExpectedVersion = WriteOperation.AnyVersion },
        _ => operation,
    };

    private static ZNodeReply ReplyOf(Observation one, LogTransaction transaction) => new()
    {
        Zxid = transaction.Zxid,
        Session = one.Operation is OpenSessionOperation ? new SessionGrant(transaction.Sessions[0].Session, ReadOnlyMemory<byte>.Empty, 1) : null,
    };

    private static bool Is(Observation one, LogTransaction transaction) => one.Operation switch
    {
        OpenSessionOperation => transaction is { Changes: [], Sessions: [{ IsOpened: true }] },
        CloseSessionOperation close => transaction.Sessions is [var (session, isOpened)] && session == close.Session && !isOpened && transaction.Changes.All(change => change.Type == WatchEventType.Deleted),
        MultiOperation multi => IsSame(multi.Operations, transaction),
        WriteOperation write => IsSame([write], transaction),
        _ => false,
    };

    private static bool IsSame(IReadOnlyList<WriteOperation> operations, LogTransaction transaction)
    {
        WriteOperation[] changing = [.. operations.Where(operation => operation is not CheckOperation)];
        return transaction.Sessions.Count == 0 && changing.Length == transaction.Changes.Count && changing.Zip(transaction.Changes).All(pair => pair.First switch
        {
            CreateOperation create => pair.Second.Type == WatchEventType.Created && pair.Second.Path == create.Path && IsSame(create.Data, pair.Second.Data),
            SetDataOperation set => pair.Second.Type == WatchEventType.DataChanged && pair.Second.Path == set.Path && IsSame(set.Data, pair.Second.Data),
            DeleteOperation delete => pair.Second.Type == WatchEventType.Deleted && pair.Second.Path == delete.Path,
            _ => false,
        });
    }

    private static bool IsSame(ReadOnlyMemory<byte>? sent, byte[]? found) => sent.HasValue == found is not null && sent.GetValueOrDefault().Span.SequenceEqual(found);

    private static string Text(Observation one) => one.Operation is MultiOperation multi ? string.Join("; ", multi.Operations) : one.Operation.ToString();

    private static string Text(LogTransaction transaction) =>
        $"{transaction.Zxid}: {string.Join("; ", transaction.Changes.Select(change => $"{change.Type} {change.Path} {(change.Data is { } data ? Convert.ToHexString(data) : "")}"))}; {string.Join("; ", transaction.Sessions)}";
}
