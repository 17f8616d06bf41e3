using StreamCoord.ZNodes;

namespace StreamCoord.Client;

/// <summary>The tree has refused a request, or its outcome is not known. The message says what is wrong and what to do.</summary>
public sealed class ZNodeException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="error">ZooKeeper's word for it.</param>
    /// <param name="message">What is wrong and what to do.</param>
    /// <param name="cause">What it came from, or null.</param>
    public ZNodeException(ZNodeError error, string message, Exception? cause = null)
        : base($"{message} ({error})", cause) => Error = error;

    /// <summary>
    /// ZooKeeper's word for it. With <see cref="ZNodeError.ConnectionLoss"/> and <see cref="ZNodeError.OperationTimeout"/> a write may have been carried out or not; with <see cref="ZNodeError.SessionExpired"/> the session is over.
    /// </summary>
    public ZNodeError Error { get; }

    /// <summary>Of a multi that was refused: the results of its operations, in their order; else empty.</summary>
    public IReadOnlyList<ZNodeReply> Results { get; init; } = [];

    internal static ZNodeException Of(ZNodeReply reply) => new(reply.Error, reply.Message ?? "The tree has refused it.") { Results = reply.Results ?? [] };
}
