using StreamCoord.Gateway.ZooKeeper.Connections;
using StreamCoord.Gateway.ZooKeeper.Dispatch;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Handlers;

/// <summary>multiRead: several getData and getChildren at one zxid, each with a result of its own. Arms no watches: no client asks for them here.</summary>
internal sealed class MultiReadHandler : OperationHandler<MultiResponse>
{
    /// <inheritdoc/>
    public override OpCode OpCode => OpCode.MultiRead;

    /// <inheritdoc/>
    public override void Begin(ref JuteReader body, in RequestTicket ticket, RequestLine line)
    {
        List<ReadOperation> operations = [];
        for (var header = MultiHeader.Read(ref body); !header.IsDone; header = MultiHeader.Read(ref body))
        {
            operations.Add(header.OpCode switch
            {
                OpCode.GetData => new GetDataOperation(Required(GetDataRequest.Read(ref body).Path)),
                OpCode.GetChildren => new GetChildrenOperation(Required(GetChildrenRequest.Read(ref body).Path)),
                _ => throw new JuteFormatException($"A multiple read cannot hold operation {(int)header.OpCode}."),
            });
        }
        line.Request(ticket, new MultiReadOperation(operations), note: operations);
    }

    /// <inheritdoc/>
    protected override MultiResponse Answer(ZNodeReply reply, object? note)
    {
        var operations = (List<ReadOperation>)note!;
        var results = new MultiResult[operations.Count];
        for (int i = 0; i < results.Length; i++)
        {
            ZNodeReply one = reply.Results![i];
            results[i] = !one.IsOk ? MultiResult.Failed(one.Error)
                : operations[i] is GetDataOperation ? MultiResult.Read(one.Data, one.Stat!.Value)
                : MultiResult.Read(one.Names);
        }
        return new MultiResponse(results);
    }
}
