using StreamCoord.Gateway.ZooKeeper.Connections;
using StreamCoord.Gateway.ZooKeeper.Dispatch;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Handlers;

/// <summary>multi: all operations under one zxid, or none. The header of a failed one says Ok; the results say which operation failed.</summary>
internal sealed class MultiHandler(ZooKeeperGatewayOptions options) : OperationHandler<MultiResponse>
{
    /// <inheritdoc/>
    public override OpCode OpCode => OpCode.Multi;

    /// <inheritdoc/>
    public override void Begin(ref JuteReader body, in RequestTicket ticket, RequestLine line)
    {
        List<WriteOperation> operations = [];
        List<OpCode> codes = [];
        for (var header = MultiHeader.Read(ref body); !header.IsDone; header = MultiHeader.Read(ref body))
        {
            codes.Add(header.OpCode);
            operations.Add(ReadOperation(header.OpCode, ref body));
        }
        line.Request(ticket, new MultiOperation(operations), note: codes);
    }

    /// <inheritdoc/>
    public override ZNodeError ErrorOf(ZNodeReply reply) => reply.Results is null ? reply.Error : ZNodeError.Ok;

    /// <inheritdoc/>
    protected override MultiResponse Answer(ZNodeReply reply, object? note)
    {
        var codes = (List<OpCode>)note!;
        var results = new MultiResult[codes.Count];
        for (int i = 0; i < results.Length; i++)
        {
            results[i] = reply.IsOk ? ResultOf(codes[i], reply.Results![i]) : MultiResult.Failed(reply.Results![i].Error);
        }
        return new MultiResponse(results);
    }

    private WriteOperation ReadOperation(OpCode code, ref JuteReader body)
    {
        switch (code)
        {
            case OpCode.Create or OpCode.Create2:
                return CreateOperations.Plain(CreateRequest.Read(ref body));
            case OpCode.CreateContainer:
                return CreateOperations.Container(CreateRequest.Read(ref body));
            case OpCode.CreateTtl:
                return CreateOperations.Ttl(CreateTtlRequest.Read(ref body));
            case OpCode.Delete:
                var delete = DeleteRequest.Read(ref body);
                return new DeleteOperation(delete.Path.Required(), delete.Version);
            case OpCode.SetData:
                var set = SetDataRequest.Read(ref body);
                return new SetDataOperation(set.Path.Required(), set.Data, set.Version);
            case OpCode.Check:
                var check = CheckVersionRequest.Read(ref body);
                return new CheckOperation(check.Path.Required(), check.Version);
            default:
                return options.KeeperExtensions ? ReadKeeperOperation(code, ref body) : throw Illegal(code);
        }
    }

    private static WriteOperation ReadKeeperOperation(OpCode code, ref JuteReader body)
    {
        switch (code)
        {
            case OpCode.CreateIfNotExists:
                return CreateOperations.Plain(CreateRequest.Read(ref body)) with { MayExist = true };
            case OpCode.CheckNotExists:
                var check = CheckVersionRequest.Read(ref body);
                return new CheckMissingOperation(check.Path.Required(), check.Version);
            case OpCode.RemoveRecursive:
                var remove = RemoveRecursiveRequest.Read(ref body);
                return new DeleteTreeOperation(remove.Path.Required(), remove.NodesMax);
            default:
                throw Illegal(code);
        }
    }

    private static JuteFormatException Illegal(OpCode code) => new($"A multi cannot hold operation {(int)code}.");

    private static MultiResult ResultOf(OpCode code, ZNodeReply reply) => code switch
    {
        OpCode.Create => MultiResult.Created(reply.Path),
        OpCode.Create2 or OpCode.CreateContainer or OpCode.CreateTtl => MultiResult.Created(reply.Path, reply.Stat!.Value),
        OpCode.CreateIfNotExists => MultiResult.CreatedOrThere(reply.Path),
        OpCode.SetData => MultiResult.Set(reply.Stat!.Value),
        _ => MultiResult.Done(code),
    };
}
