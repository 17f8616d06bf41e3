using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Dispatch;

/// <summary>A handler whose reply is a header only.</summary>
internal abstract class BareHandler : OperationHandler<EmptyRecord>
{
    /// <inheritdoc/>
    protected sealed override EmptyRecord Answer(ZNodeReply reply, object? note) => default;
}
