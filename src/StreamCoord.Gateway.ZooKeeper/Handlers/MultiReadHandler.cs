using StreamCoord.Gateway.ZooKeeper.Connections;
using StreamCoord.Gateway.ZooKeeper.Dispatch;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Handlers;

/// <summary>multiRead: several getData and getChildren at one zxid, each with a result of its own. Arms no watches: ZooKeeper reads over the flags that ask for them.</summary>
internal sealed class MultiReadHandler(ZooKeeperGatewayOptions options) : OperationHandler<MultiResponse>
{
    /// <inheritdoc/>
    public override OpCode OpCode => OpCode.MultiRead;

    /// <inheritdoc/>
    public override void Begin(ref JuteReader body, in RequestTicket ticket, RequestLine line)
    {
        List<ReadOperation> operations = [];
        List<OpCode> codes = [];
        for (var header = MultiHeader.Read(ref body); !header.IsDone; header = MultiHeader.Read(ref body))
        {
            codes.Add(header.OpCode);
            operations.Add(header.OpCode switch
            {
                OpCode.GetData => new GetDataOperation(GetDataRequest.Read(ref body).Path.Required()),
                OpCode.GetChildren => new GetChildrenOperation(GetChildrenRequest.Read(ref body).Path.Required()),
                OpCode other => options.KeeperExtensions ? ReadKeeperOperation(other, ref body) : throw Illegal(other),
            });
        }
        line.Request(ticket, new MultiReadOperation(operations), note: codes);
    }

    /// <inheritdoc/>
    protected override MultiResponse Answer(ZNodeReply reply, object? note)
    {
        var codes = (List<OpCode>)note!;
        var results = new MultiResult[codes.Count];
        for (int i = 0; i < results.Length; i++)
        {
            ZNodeReply one = reply.Results![i];
            results[i] = one.IsOk ? ResultOf(codes[i], one) : MultiResult.Failed(one.Error);
        }
        return new MultiResponse(results);
    }

    private static ReadOperation ReadKeeperOperation(OpCode code, ref JuteReader body)
    {
        switch (code)
        {
            case OpCode.Exists:
                return new ExistsOperation(ExistsRequest.Read(ref body).Path.Required());
            case OpCode.GetChildren2:
                return new GetChildrenOperation(GetChildren2Request.Read(ref body).Path.Required());
            case OpCode.FilteredList:
                var list = FilteredListRequest.Read(ref body);
                return new GetChildrenOperation(list.Path.Required(), list.Filter);
            default:
                throw Illegal(code);
        }
    }

    private static JuteFormatException Illegal(OpCode code) => new($"A multiple read cannot hold operation {(int)code}.");

    private static MultiResult ResultOf(OpCode code, ZNodeReply reply) => code switch
    {
        OpCode.GetData => MultiResult.Read(reply.Data, reply.Stat!.Value),
        OpCode.GetChildren => MultiResult.Read(reply.Names),
        OpCode.Exists => MultiResult.Found(reply.Stat!.Value),
        _ => MultiResult.Read(reply.Names, reply.Stat!.Value),
    };
}
