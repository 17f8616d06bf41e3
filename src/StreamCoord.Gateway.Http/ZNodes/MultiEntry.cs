using StreamCoord.Gateway.Http.Errors;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.Http.ZNodes;

/// <summary>One operation of a multi as it stands in the body.</summary>
internal struct MultiEntry
{
    public string? Op { get; set; }

    public string? Path { get; set; }

    public byte[]? Data { get; set; }

    public int? Version { get; set; }

    public string? Mode { get; set; }

    public long? TtlMs { get; set; }

    public IReadOnlyList<AclEntry>? Acl { get; set; }

    /// <summary>The operation; a member that it does not have, or lacks, is refused.</summary>
    /// <param name="index">Where it stands, for the refusal.</param>
    public readonly WriteOperation ToOperation(int index)
    {
        string path = Path ?? throw Refused(index, "needs a 'path'");
        int version = Version ?? WriteOperation.AnyVersion;
        bool isCreate = Op == "create";
        if (!isCreate && (Mode is not null || TtlMs is not null || Acl is not null))
        {
            throw Refused(index, "has a member that only create has");
        }
        if ((isCreate && Version is not null) || (Op is "delete" or "check" && Data is not null))
        {
            throw Refused(index, "has a member that its kind does not have");
        }
        switch (Op)
        {
            case "create":
                (CreateMode mode, long ttlMs) = ZNodeParameters.Mode(Mode, TtlMs);
                return new CreateOperation(path, Bytes(Data), Acl ?? AclEntry.Open, mode, ttlMs);
            case "set":
                return new SetDataOperation(path, Bytes(Data), version);
            case "delete":
                return new DeleteOperation(path, version);
            case "check":
                return new CheckOperation(path, version);
            default:
                throw Refused(index, "needs an 'op': create, set, delete or check");
        }
    }

    /// <summary>A null array must stay null and not become empty memory.</summary>
    private static ReadOnlyMemory<byte>? Bytes(byte[]? data) => data is null ? default(ReadOnlyMemory<byte>?) : new ReadOnlyMemory<byte>(data);

    private static RequestException Refused(int index, string reason) =>
        new(ZNodeErrors.Of(ZNodeError.MarshallingError, $"Operation {index} of the multi {reason}."));
}
