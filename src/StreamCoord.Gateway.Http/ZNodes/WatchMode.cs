using StreamCoord.Gateway.Http.Errors;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.Http.ZNodes;

/// <summary>Which events a watch stream shows.</summary>
internal enum WatchMode
{
    /// <summary>Created, deleted and data changed of one znode.</summary>
    Data,

    /// <summary>Created, deleted and children changed of one znode.</summary>
    Children,

    /// <summary>Created, deleted and data changed of a znode and its descendants.</summary>
    Recursive,
}

/// <summary>What each mode means to the tree.</summary>
internal static class WatchModes
{
    /// <summary>The mode in the query; data where it is missing.</summary>
    public static WatchMode Of(HttpContext context)
    {
        string? word = ZNodeParameters.Query(context, "mode");
        return word switch
        {
            null or "data" => WatchMode.Data,
            "children" => WatchMode.Children,
            "recursive" => WatchMode.Recursive,
            _ => throw new RequestException(ZNodeErrors.BadArguments($"The mode is '{word}': a watch takes data, children or recursive.")),
        };
    }

    /// <summary>The watch that is armed for it.</summary>
    public static WatchKinds Armed(this WatchMode mode) => mode == WatchMode.Recursive ? WatchKinds.PersistentRecursive : WatchKinds.Persistent;

    /// <summary>The watch whose events are read from the log for it.</summary>
    public static WatchKinds History(this WatchMode mode) => mode switch
    {
        WatchMode.Data => WatchKinds.Data,
        WatchMode.Children => WatchKinds.Children,
        _ => WatchKinds.PersistentRecursive,
    };

    /// <summary>Whether an event of the armed watch is shown.</summary>
    public static bool Shows(this WatchMode mode, WatchEvent watchEvent, string path) => mode switch
    {
        WatchMode.Data => watchEvent.Type != WatchEventType.ChildrenChanged && watchEvent.Path == path,
        WatchMode.Children => watchEvent.Type != WatchEventType.DataChanged && watchEvent.Path == path,
        _ => watchEvent.Type != WatchEventType.ChildrenChanged,
    };
}
