using CsCheck;
using StreamCoord.Coordination.Sessions;

namespace StreamCoord.Coordination.Tests.Sessions;

public sealed class SessionPasswordTests
{
    private static readonly SessionPassword Passwords = new([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);
    private static readonly SessionId Session = new(0x0123456789abcdef);

    /// <summary>The right side was made by another implementation: <c>printf</c> of the eight bytes into <c>openssl dgst -sha256 -mac HMAC</c>.</summary>
    [Fact]
    public void A_password_is_the_beginning_of_an_hmac() => Assert.Equal("5bb1ef93888227e2e83691de2504db34", Convert.ToHexStringLower(Passwords.Of(Session)));

    [Fact]
    public void A_password_is_its_sessions_alone()
    {
        byte[] password = Passwords.Of(Session);
        Assert.True(Passwords.IsOf(Session, password));
        Assert.False(Passwords.IsOf(new SessionId(Session.Value + 1), password));
        Assert.False(new SessionPassword(SessionPassword.NewSecret()).IsOf(Session, password));
        for (int i = 0; i < password.Length; i++)
        {
            password[i] ^= 1;
            Assert.False(Passwords.IsOf(Session, password));
            password[i] ^= 1;
        }
    }

    [Fact]
    public void Passwords_of_another_length_are_wrong() => Gen.Byte.Array[0, 40].Sample(password => !Passwords.IsOf(Session, password));

    [Fact]
    public void Secrets_differ() => Assert.NotEqual(SessionPassword.NewSecret(), SessionPassword.NewSecret());
}
