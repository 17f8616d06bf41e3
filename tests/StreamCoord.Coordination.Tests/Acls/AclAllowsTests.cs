using CsCheck;
using StreamCoord.Coordination.Acls;
using StreamCoord.ZNodes;

namespace StreamCoord.Coordination.Tests.Acls;

public sealed class AclAllowsTests
{
    private static readonly ZNodePermissions[] Single =
        [ZNodePermissions.Read, ZNodePermissions.Write, ZNodePermissions.Create, ZNodePermissions.Delete, ZNodePermissions.Admin];

    /// <summary>Entry (scheme, id), identity (scheme, id), and whether the one is granted to the other.</summary>
    public static TheoryData<string, string, string, string, bool> Matrix => new()
    {
        { "world", "anyone", "ip", "1.2.3.4", true },
        { "world", "anyone", "digest", "u:h", true },
        { "digest", "u:h", "digest", "u:h", true },
        { "digest", "u:h", "digest", "u:H", false },
        { "digest", "u:h", "digest", "v:h", false },
        { "digest", "u:h", "sasl", "u:h", false },
        { "digest", "u:h", "super", "", true },
        { "ip", "10.1.2.3", "ip", "10.1.2.3", true },
        { "ip", "10.1.2.3", "ip", "10.1.2.2", false },
        { "ip", "10.1.2.2/31", "ip", "10.1.2.3", true },
        { "ip", "10.1.2.2/31", "ip", "10.1.2.4", false },
        { "ip", "10.0.0.0/8", "ip", "10.255.0.1", true },
        { "ip", "10.0.0.0/8", "ip", "11.0.0.1", false },
        { "ip", "10.0.0.0/0", "ip", "11.0.0.1", true },
        { "ip", "10.0.0.0/0", "ip", "::1", false },
        { "ip", "10.1.2.3", "ip", "::ffff:10.1.2.3", true },
        { "ip", "010.1.2.3", "ip", "10.1.2.3", true },
        { "ip", "10.0.0.0/8", "digest", "10.0.0.1", false },
        { "ip", "::1", "ip", "0:0:0:0:0:0:0:1", true },
        { "ip", "::/0", "ip", "2001:db8::1", true },
        { "ip", "::/0", "ip", "1.2.3.4", false },
        { "ip", "2001:db8::/32", "ip", "2001:db8:ffff::1", true },
        { "ip", "2001:db8::/32", "ip", "2001:db9::1", false },
        { "ip", "2001:db8::1/128", "ip", "2001:db8::2", false },
        { "ip", "fe80::1", "ip", "fe80::1%3", true },
        { "ip", "1.2.3.4", "ip", "nonsense", false },
        { "ip", "nonsense", "ip", "nonsense", false },
        { "x509", "CN=a", "x509", "CN=a", true },
        { "x509", "CN=a", "x509", "CN=b", false },
        { "sasl", "p", "sasl", "p", true },
        { "sasl", "p", "x509", "p", false },
        { "foo", "a", "foo", "a", false },
    };

    [Theory]
    [MemberData(nameof(Matrix))]
    public void Entries_grant_their_permissions_to_whom_they_name(string scheme, string id, string provedScheme, string provedId, bool isGranted)
    {
        AuthIdentity[] identities = [new("digest", "somebody:else"), new(provedScheme, provedId)];
        foreach (ZNodePermissions granted in Single)
        {
            foreach (ZNodePermissions wanted in Single)
            {
                bool expected = provedScheme == "super" || (isGranted && granted == wanted);
                Assert.Equal(expected, AclRules.Allows([new(granted, scheme, id)], wanted, identities));
                Assert.Equal(expected, AclRules.Allows([new(granted, "digest", "no:body"), new(granted, scheme, id)], wanted, identities));
            }
        }
    }

    [Fact]
    public void Any_of_several_wanted_permissions_is_enough()
    {
        AclEntry[] acl = [new(ZNodePermissions.Admin | ZNodePermissions.Write, "world", "anyone")];
        Assert.True(AclRules.Allows(acl, ZNodePermissions.Read | ZNodePermissions.Admin, []));
        Assert.False(AclRules.Allows(acl, ZNodePermissions.Read | ZNodePermissions.Create, []));
    }

    [Fact]
    public void An_empty_list_is_open()
    {
        Assert.True(AclRules.Allows([], ZNodePermissions.Admin, []));
        Assert.True(AclRules.Allows(null, ZNodePermissions.Admin, []));
    }

    [Fact]
    public void Lists_agree_with_a_naive_reading()
    {
        Gen<(string, string)> who = Gen.OneOf(("world", "anyone"), ("digest", "a:h"), ("digest", "b:h"), ("sasl", "a"), ("x509", "a"));
        Gen<AclEntry> entry = Gen.Select(Gen.Int[0, 31], who, (permissions, w) => new AclEntry((ZNodePermissions)permissions, w.Item1, w.Item2));
        Gen<AuthIdentity> identity = Gen.OneOf(new AuthIdentity("digest", "a:h"), new("digest", "b:h"), new("sasl", "a"), new("ip", "::1"), new("super", ""));
        Gen.Select(entry.Array[0, 4], Gen.Int[1, 31], identity.Array[0, 3]).Sample((acl, wanted, identities) =>
        {
            bool expected = acl.Length == 0 || identities.Any(i => i.Scheme == "super")
                || acl.Any(e => ((int)e.Permissions & wanted) != 0 && (e.Scheme == "world" || identities.Contains(new AuthIdentity(e.Scheme, e.Id))));
            return expected == AclRules.Allows(acl, (ZNodePermissions)wanted, identities);
        });
    }

    [Fact]
    public void Checking_allocates_nothing()
    {
        AclEntry[] acl = [new(ZNodePermissions.Read, "ip", "10.0.0.0/8"), new(ZNodePermissions.Read, "digest", "a:h")];
        AuthIdentity[] identities = [new("ip", "11.0.0.1"), new("digest", "b:h")];
        Assert.False(AclRules.Allows(acl, ZNodePermissions.Read, identities));
        long before = GC.GetAllocatedBytesForCurrentThread();
        bool isAllowed = false;
        for (int i = 0; i < 100; i++)
        {
            isAllowed |= AclRules.Allows(acl, ZNodePermissions.Read, identities);
        }
        Assert.Equal((0, false), (GC.GetAllocatedBytesForCurrentThread() - before, isAllowed));
    }

    [Fact]
    public void Masking_hides_digests_only()
    {
        AclEntry[] acl = [new(ZNodePermissions.All, "digest", "u:hash:"), new(ZNodePermissions.Read, "sasl", "a:b"), new(ZNodePermissions.Read, "ip", "::1")];
        Assert.Equal([acl[0] with { Id = "u:x" }, acl[1], acl[2]], AclRules.Mask(acl));
        Assert.Same(AclEntry.Open, AclRules.Mask(AclEntry.Open));
    }
}
