namespace StreamCoord.ZNodes;

/// <summary>
/// Where grains that subscribe find the changes of the tree: an Orleans stream of <see cref="WatchEvent"/>, every creation, deletion and new data of every znode, in the order of their zxids. What access
/// control lists say does not matter to it: whoever may write grains is trusted.
/// </summary>
/// <remarks>
/// At least once: after a failure a grain may get a change again. Its token is an <c>EventSequenceTokenV2</c> of the change's zxid and its place within the transaction; a grain that subscribes
/// with a token gets what comes after the change with that token, as far as the log reaches back, else an error and the newest. Without a token it gets what is committed once
/// it is subscribed; after a restart of the silo, everything from the restart on. A grain that must not miss what it had not got before keeps the token of what it has done.
/// </remarks>
public static class ZNodeChanges
{
    /// <summary>The name of the stream provider.</summary>
    public const string Provider = "znodes";

    /// <summary>The namespace of the stream.</summary>
    public const string Namespace = "znodes";

    /// <summary>The key of the stream: there is one for the whole tree.</summary>
    public const string Key = IZNodeTreeGrain.TreeName;
}
