using System.Text;
using StreamCoord.Coordination.Acls;
using StreamCoord.ZNodes;

namespace StreamCoord.Coordination.Tests.Acls;

public sealed class AuthSchemesTests
{
    private const string SuperDigest = "user:yNMcEO4y6Bgll487yEAxpvnMYoo=";

    /// <summary>The right side is what ZooKeeper 3.8.0's own code makes of the left.</summary>
    [Theory]
    [InlineData("user:pass:word", SuperDigest)]
    [InlineData("user", "user:Et6pb+wgWTVmq3VpLJlJWWgzrck=")]
    [InlineData("", ":2jmj7l5rSw0yVb/vlWAYkK/YBwk=")]
    public void Digests_are_ZooKeepers(string credentials, string expected)
    {
        Assert.Equal(expected, AuthSchemes.DigestOf(credentials));
        (ZNodeError error, IReadOnlyList<AuthIdentity> identities) = AuthSchemes.Authenticate("digest", Encoding.UTF8.GetBytes(credentials), null);
        Assert.Equal(ZNodeError.Ok, error);
        Assert.Equal([new("digest", expected)], identities);
    }

    [Theory]
    [InlineData("user:pass:word", true)]
    [InlineData("user:pass:worD", false)]
    [InlineData("", false)]
    public void The_super_digest_makes_a_super_user(string credentials, bool isSuper)
    {
        IReadOnlyList<AuthIdentity> identities = AuthSchemes.Authenticate("digest", Encoding.UTF8.GetBytes(credentials), SuperDigest).Identities;
        Assert.Equal(isSuper, identities.Contains(new AuthIdentity("super", "")));
        Assert.Contains(new AuthIdentity("digest", AuthSchemes.DigestOf(credentials)), identities);
    }

    [Theory]
    [InlineData("world")]
    [InlineData("auth")]
    [InlineData("super")]
    [InlineData("x509")]
    [InlineData("sasl")]
    [InlineData("Digest")]
    [InlineData("")]
    public void Nothing_else_can_be_proved_by_a_packet(string scheme)
    {
        (ZNodeError error, IReadOnlyList<AuthIdentity> identities) = AuthSchemes.Authenticate(scheme, "user:pass:word"u8, SuperDigest);
        Assert.Equal(ZNodeError.AuthFailed, error);
        Assert.Empty(identities);
    }

    [Fact]
    public void The_address_is_known_already()
    {
        (ZNodeError error, IReadOnlyList<AuthIdentity> identities) = AuthSchemes.Authenticate("ip", "1.2.3.4"u8, SuperDigest);
        Assert.Equal(ZNodeError.Ok, error);
        Assert.Empty(identities);
    }
}
