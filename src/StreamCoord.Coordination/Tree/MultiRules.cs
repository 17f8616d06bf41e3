using StreamCoord.ZNodes;

namespace StreamCoord.Coordination.Tree;

/// <summary>What a multi may hold, and what a failed one answers.</summary>
internal static class MultiRules
{
    // Each looks at everything that is in flight.
    private const int TreesMax = 100;

    public static (ZNodeError Error, string Message)? Check(MultiOperation multi, ZNodeOptions options)
    {
        if (multi.Operations.Count > options.MultiOperationsMax)
        {
            return (ZNodeError.BadArguments, $"A multi holds at most {options.MultiOperationsMax} operations, not {multi.Operations.Count}.");
        }
        if (multi.Operations.Count(operation => operation is DeleteTreeOperation) > TreesMax)
        {
            return (ZNodeError.BadArguments, $"A multi deletes at most {TreesMax} trees.");
        }
        long bytes = 0;
        foreach (WriteOperation operation in multi.Operations)
        {
            if (operation is not (CreateOperation or DeleteOperation or DeleteTreeOperation or SetDataOperation or CheckOperation or CheckMissingOperation))
            {
                return (ZNodeError.MarshallingError, $"A multi cannot hold a {operation.GetType().Name}.");
            }
            bytes += operation switch
            {
                CreateOperation create => create.Path.Length + (create.Data?.Length ?? 0),
                SetDataOperation set => set.Path.Length + (set.Data?.Length ?? 0),
                _ => 0,
            };
        }
        return bytes <= options.MultiBytesMax ? null : (ZNodeError.BadArguments, $"A multi holds at most {options.MultiBytesMax} bytes of paths and data, not {bytes}.");
    }

    /// <summary>The operations before the failed one are Ok, those after it were not reached.</summary>
    public static ZNodeReply Failure(ZNodeReply[] results, int failed, Zxid judgedAfter)
    {
        for (int i = 0; i < results.Length; i++)
        {
            results[i] = i < failed
                ? new ZNodeReply { Zxid = judgedAfter }
                : i == failed
                    ? results[i]
                    : ZNodeReply.Refused(ZNodeError.RuntimeInconsistency, "Not reached: an operation before it failed.", judgedAfter);
        }
        return results[failed] with { Results = results };
    }
}
