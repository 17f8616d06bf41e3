using StreamCoord.Gateway.ZooKeeper.Dispatch;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Handlers;

/// <summary>What the requests that create znodes ask of the tree. Pure.</summary>
internal static class CreateOperations
{
    /// <summary>A kind that no znode has: the tree refuses it.</summary>
    private const CreateMode NoMode = (CreateMode)(-1);

    /// <summary>create and create2. A container comes out persistent, and a TTL mode is refused, as by ZooKeeper: both have requests of their own.</summary>
    /// <exception cref="JuteFormatException">The path is null.</exception>
    public static CreateOperation Plain(in CreateRequest request)
    {
        var mode = (CreateMode)request.Flags;
        return new CreateOperation(request.Path.Required(), request.Data, request.Acl ?? [], mode == CreateMode.Container ? CreateMode.Persistent : mode);
    }

    /// <summary>createContainer, whose flags need only be some mode.</summary>
    /// <exception cref="JuteFormatException">The path is null.</exception>
    public static CreateOperation Container(in CreateRequest request) => new(
        request.Path.Required(), request.Data, request.Acl ?? [], Enum.IsDefined((CreateMode)request.Flags) ? CreateMode.Container : NoMode);

    /// <summary>createTTL, which takes the two TTL modes only.</summary>
    /// <exception cref="JuteFormatException">The path is null.</exception>
    public static CreateOperation Ttl(in CreateTtlRequest request)
    {
        var mode = (CreateMode)request.Flags;
        bool hasTtl = mode is CreateMode.PersistentWithTtl or CreateMode.PersistentSequentialWithTtl;
        return new CreateOperation(request.Path.Required(), request.Data, request.Acl ?? [], hasTtl ? mode : NoMode, request.TtlMs);
    }
}
