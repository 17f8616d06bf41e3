using StreamCoord.Coordination.Acls;
using StreamCoord.ZNodes;

namespace StreamCoord.Coordination.Tests.Acls;

public sealed class AclNormaliseTests
{
    private static readonly AuthIdentity[] Caller = [new("ip", "1.2.3.4"), new("digest", "u:h"), new("super", ""), new("sasl", "p"), new("x509", "CN=a")];

    /// <summary>What ZooKeeper 3.8.0's own code answered, but for IPv6 (since 3.9) and the two schemes that its sample configuration switches off.</summary>
    [Theory]
    [InlineData("world", "anyone", true)]
    [InlineData("world", "any", false)]
    [InlineData("world", "", false)]
    [InlineData("digest", "u:h", true)]
    [InlineData("digest", ":h", true)]
    [InlineData("digest", "u:h:", true)]
    [InlineData("digest", "u:h::", true)]
    [InlineData("digest", ":a:", true)]
    [InlineData("digest", "a: b", true)]
    [InlineData("digest", "", false)]
    [InlineData("digest", "u", false)]
    [InlineData("digest", "u:", false)]
    [InlineData("digest", ":", false)]
    [InlineData("digest", "::", false)]
    [InlineData("digest", "u:h:x", false)]
    [InlineData("digest", "a::b", false)]
    [InlineData("ip", "1.2.3.4", true)]
    [InlineData("ip", "1.2.3.4/0", true)]
    [InlineData("ip", "1.2.3.4/32", true)]
    [InlineData("ip", "1.2.3.4/+8", true)]
    [InlineData("ip", "1.2.3.4/08", true)]
    [InlineData("ip", "1.2.3.4/-0", true)]
    [InlineData("ip", "01.+2.003.4", true)]
    [InlineData("ip", "-0.0.0.0", true)]
    [InlineData("ip", "", false)]
    [InlineData("ip", "1.2.3", false)]
    [InlineData("ip", "1.2.3.4.", false)]
    [InlineData("ip", "1.2.3.4.5", false)]
    [InlineData("ip", "256.1.1.1", false)]
    [InlineData("ip", " 1.2.3.4", false)]
    [InlineData("ip", "1.2.3.4/33", false)]
    [InlineData("ip", "1.2.3.4/-1", false)]
    [InlineData("ip", "1.2.3.4/", false)]
    [InlineData("ip", "1.2.3.4/8/8", false)]
    [InlineData("ip", "::1", true)]
    [InlineData("ip", "2001:db8::/32", true)]
    [InlineData("ip", "::1/128", true)]
    [InlineData("ip", "::1/129", false)]
    [InlineData("ip", "::ffff:1.2.3.4/32", true)]
    [InlineData("ip", "::ffff:1.2.3.4/33", false)]
    [InlineData("ip", "[::1]", false)]
    [InlineData("ip", "fe80::1%1", false)]
    [InlineData("ip", ":", false)]
    [InlineData("x509", "CN=a", true)]
    [InlineData("x509", "", false)]
    [InlineData("sasl", "user@REALM", true)]
    [InlineData("sasl", "", false)]
    [InlineData("super", "", false)]
    [InlineData("ensemble", "e", false)]
    [InlineData("foo", "bar", false)]
    [InlineData("", "", false)]
    [InlineData(null, "a", false)]
    [InlineData("digest", null, false)]
    public void Ids_are_judged_by_their_scheme(string? scheme, string? id, bool isLegal)
    {
        var entry = new AclEntry(ZNodePermissions.All, scheme!, id!);
        (ZNodeError error, IReadOnlyList<AclEntry>? acl) = AclRules.Normalise([entry], Caller);
        Assert.Equal(isLegal ? ZNodeError.Ok : ZNodeError.InvalidAcl, error);
        Assert.Equal(isLegal ? [entry] : null, acl);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(-1)]
    public void Permissions_are_stored_as_they_come(int permissions)
    {
        Assert.NotNull(Normalised(new AclEntry((ZNodePermissions)permissions, "world", "anyone")));
        Assert.NotNull(Normalised(new AclEntry((ZNodePermissions)permissions, "auth", "")));
    }

    [Fact]
    public void An_empty_list_is_refused()
    {
        Assert.Equal((ZNodeError.InvalidAcl, null), AclRules.Normalise(null, Caller));
        Assert.Equal((ZNodeError.InvalidAcl, null), AclRules.Normalise([], Caller));
        Assert.Null(Normalised(null!));
    }

    [Fact]
    public void Repeated_entries_are_stored_once_in_their_order()
    {
        AclEntry read = new(ZNodePermissions.Read, "world", "anyone"), write = new(ZNodePermissions.Write, "world", "anyone"), user = new(ZNodePermissions.Read, "digest", "u:h");
        Assert.Equal([write, read, user], Normalised(write, read, write with { }, user, read));
    }

    [Fact]
    public void Auth_becomes_everything_that_was_proved()
    {
        Assert.Equal(
            [
                new(ZNodePermissions.Read, "digest", "u:h"),
                new(ZNodePermissions.Write, "digest", "u:h"), new(ZNodePermissions.Write, "sasl", "p"), new(ZNodePermissions.Write, "x509", "CN=a"),
            ],
            Normalised(new(ZNodePermissions.Read, "digest", "u:h"), new(ZNodePermissions.Write, "auth", "whatever")));
        Assert.Equal(
            [new(ZNodePermissions.Read, "digest", "u:h"), new(ZNodePermissions.Read, "digest", "u:h")],
            AclRules.Normalise([new(ZNodePermissions.Read, "digest", "u:h"), new(ZNodePermissions.Read, "auth", "")], [new("digest", "u:h")]).Acl);
    }

    [Theory]
    [InlineData("ip")]
    [InlineData("super")]
    [InlineData("world")]
    public void Auth_needs_somebody_who_proved_something(string scheme) =>
        Assert.Equal(ZNodeError.InvalidAcl, AclRules.Normalise([new(ZNodePermissions.All, "auth", "")], [new(scheme, "1.2.3.4")]).Error);

    [Fact]
    public void Lists_are_bounded_after_auth_was_replaced()
    {
        AclEntry[] entries = [.. Enumerable.Range(0, 30_000).Select(i => new AclEntry(ZNodePermissions.All, "auth", $"{i}"))];
        AuthIdentity[] users = [new("digest", "a:h"), new("digest", "b:h"), new("digest", "c:h")];
        Assert.Equal(60_000, AclRules.Normalise(entries, users[..2]).Acl!.Count);
        Assert.Equal(ZNodeError.InvalidAcl, AclRules.Normalise(entries, users).Error);
    }

    [Fact]
    public void The_usual_lists_are_shared()
    {
        Assert.Same(AclEntry.Open, Normalised(new AclEntry(ZNodePermissions.All, "world", "anyone")));
        Assert.Same(AclEntry.ReadOnly, Normalised(new AclEntry(ZNodePermissions.Read, "world", "anyone")));
        Assert.Same(AclEntry.Open, AclRules.Normalise(AclEntry.Open, []).Acl);
    }

    private static IReadOnlyList<AclEntry>? Normalised(params AclEntry[] entries) => AclRules.Normalise(entries, Caller).Acl;
}
