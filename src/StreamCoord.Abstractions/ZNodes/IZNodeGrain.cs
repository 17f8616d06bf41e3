namespace StreamCoord.ZNodes;

/// <summary>
/// One znode as one silo knows it: its data, Stat, children and the watches of the connections of this silo. Key: the path. There is one
/// per silo and path while it is read or watched there, outside the grain directory, so a read never leaves the silo.
/// </summary>
/// <remarks>All methods may run interleaved. It holds nothing durable: it follows the committed log.</remarks>
[Alias("StreamCoord.IZNodeGrain")]
public interface IZNodeGrain : IGrainWithStringKey
{
    /// <summary>
    /// Answers a read of this znode once the silo has applied <paramref name="minZxid"/>: a caller that gives the newest zxid it has seen never goes back in time,
    /// whichever silo it reaches.
    /// </summary>
    /// <param name="caller">On whose behalf.</param>
    /// <param name="operation">Exists, get data, get children, get ACL or count descendants of the path that is the grain's key.</param>
    /// <param name="minZxid">The oldest state that will do.</param>
    [Alias("Read")]
    Task<ZNodeReply> Read([Immutable] ZNodeCaller caller, [Immutable] ReadOperation operation, Zxid minZxid);

    /// <summary>Brings the znode's data into memory, where it stays for a while. For the silo's own use, as the two below.</summary>
    [Alias("Activate")]
    Task Activate();

    /// <summary>Keeps the activation: a watch is about to be armed in it.</summary>
    [Alias("Pin")]
    Task Pin();

    /// <summary>Lets the activation go when it is idle: its last watch is gone.</summary>
    [Alias("Unpin")]
    Task Unpin();
}
