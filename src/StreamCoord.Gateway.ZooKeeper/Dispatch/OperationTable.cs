using System.Collections.Frozen;
using StreamCoord.Protocol.ZooKeeper;

namespace StreamCoord.Gateway.ZooKeeper.Dispatch;

/// <summary>The operations that are served, by number.</summary>
internal sealed class OperationTable(IEnumerable<IOperationHandler> handlers)
{
    private readonly FrozenDictionary<OpCode, IOperationHandler> _handlers = handlers.ToFrozenDictionary(handler => handler.OpCode);

    /// <summary>All of them, by number.</summary>
    public IEnumerable<IOperationHandler> All => _handlers.Values.OrderBy(handler => handler.OpCode);

    /// <summary>What answers an operation; <see cref="UnknownOperation"/> where nothing does.</summary>
    public IOperationHandler Find(OpCode opCode) => _handlers.GetValueOrDefault(opCode, UnknownOperation.Instance);
}
