using StreamCoord.Gateway.ZooKeeper.Connections;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Dispatch;

/// <summary>
/// Answers what no client may ask: numbers that do not exist, check outside of a multi, and what only servers say to each other. The connection ends with the answer, as with ZooKeeper.
/// </summary>
internal sealed class UnknownOperation : BareHandler
{
    private UnknownOperation()
    {
    }

    /// <summary>The one there is.</summary>
    public static UnknownOperation Instance { get; } = new();

    /// <inheritdoc/>
    public override OpCode OpCode => OpCode.Error;

    /// <inheritdoc/>
    public override void Begin(ref JuteReader body, in RequestTicket ticket, RequestLine line) => line.RefuseAndEnd(ticket, ZNodeError.Unimplemented);

    /// <summary>It has come to nothing, not even to a look at the tree.</summary>
    public override Zxid ZxidOf(ZNodeReply reply) => new(-1);
}
