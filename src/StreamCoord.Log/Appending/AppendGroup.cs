namespace StreamCoord.Log.Appending;

/// <summary>What is said to the callers of a group together.</summary>
internal static class AppendGroup
{
    /// <summary>Answers all that nothing of them was kept.</summary>
    public static void RefuseAll(this IReadOnlyList<PendingAppend> group, ErrorCode error, string message)
    {
        foreach (PendingAppend append in group)
        {
            append.Refuse(error, message);
        }
    }

    /// <summary>The group without those that may be written in another epoch only; they are answered.</summary>
    public static IReadOnlyList<PendingAppend> WithoutFenced(this IReadOnlyList<PendingAppend> group, LeaderEpoch epoch)
    {
        if (group.All(append => append.OnlyEpoch is null || append.OnlyEpoch == epoch))
        {
            return group;
        }
        PendingAppend[] fenced = [.. group.Where(append => append.OnlyEpoch is { } only && only != epoch)];
        fenced.RefuseAll(ErrorCode.FencedLeaderEpoch, $"The log is in epoch {epoch} now.");
        return [.. group.Except(fenced)];
    }
}
