namespace StreamCoord.ZNodes;

/// <summary>What an access control list can allow (ZooKeeper's bits).</summary>
[Flags]
public enum ZNodePermissions
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Read the data and the children.</summary>
    Read = 1,

    /// <summary>Set the data.</summary>
    Write = 2,

    /// <summary>Create children.</summary>
    Create = 4,

    /// <summary>Delete children.</summary>
    Delete = 8,

    /// <summary>Set the access control list.</summary>
    Admin = 16,

    /// <summary>Everything.</summary>
    All = 31,
}

/// <summary>One entry of an access control list.</summary>
/// <param name="Permissions">What it allows.</param>
/// <param name="Scheme"><c>world</c>, <c>auth</c>, <c>digest</c>, <c>ip</c>, <c>x509</c> or <c>sasl</c>.</param>
/// <param name="Id">Whom it allows it, in the form of the scheme.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.AclEntry")]
public sealed record AclEntry([property: Id(0)] ZNodePermissions Permissions, [property: Id(1)] string Scheme, [property: Id(2)] string Id)
{
    /// <summary>Everything for everybody: ZooKeeper's OPEN_ACL_UNSAFE.</summary>
    public static IReadOnlyList<AclEntry> Open { get; } = [new(ZNodePermissions.All, "world", "anyone")];

    /// <summary>Reading for everybody: ZooKeeper's READ_ACL_UNSAFE.</summary>
    public static IReadOnlyList<AclEntry> ReadOnly { get; } = [new(ZNodePermissions.Read, "world", "anyone")];
}
