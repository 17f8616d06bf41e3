namespace StreamCoord.Conformance.Tests.ZooKeeper.Wire;

/// <summary>One entry of an access control list as it is on the wire.</summary>
internal readonly record struct WireAcl(int Permissions, string? Scheme, string? Id)
{
    public const int Read = 1;
    public const int Write = 2;
    public const int Create = 4;
    public const int Delete = 8;
    public const int Admin = 16;
    public const int All = 31;

    /// <summary>Everything for everybody.</summary>
    public static IReadOnlyList<WireAcl> Open { get; } = [World(All)];

    public static WireAcl World(int permissions) => new(permissions, "world", "anyone");
}
