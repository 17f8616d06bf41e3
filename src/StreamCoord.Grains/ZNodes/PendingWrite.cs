using StreamCoord.ZNodes;

namespace StreamCoord.Grains.ZNodes;

/// <summary>A write that somebody waits for.</summary>
/// <param name="request">The write.</param>
internal abstract class PendingWrite(WriteRequest request)
{
    /// <summary>The write.</summary>
    public WriteRequest Request => request;

    /// <summary>Takes the reply, once. Must return at once: many replies come together, by one thread, which may hold the lane's lock.</summary>
    public abstract void Complete(ZNodeReply reply);
}
