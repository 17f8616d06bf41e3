using System.Text;

namespace StreamCoord.Security.Tests.Sasl;

public sealed class PlainTests
{
    [Theory]
    [InlineData("\0alice\0secret")]
    [InlineData("alice\0alice\0secret")]
    public void AMessage_HasAUserAndAPassword(string text)
    {
        PlainMessage message = PlainMessage.Parse(Encoding.UTF8.GetBytes(text));

        Assert.Equal(("alice", "secret"), (message.User, message.Password));
        Assert.DoesNotContain("secret", message.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("alice")]
    [InlineData("\0alice")]
    [InlineData("\0alice\0")]
    [InlineData("\0\0secret")]
    [InlineData("bob\0alice\0secret")]
    [InlineData("\0alice\0secret\0more")]
    public void AnythingElse_IsRefused(string text) => Assert.Throws<SaslException>(() => PlainMessage.Parse(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void BytesThatAreNoText_AreRefused() => Assert.Throws<SaslException>(() => PlainMessage.Parse([0, 0xff, 0, 0x61]));

    [Theory]
    [InlineData("I\u00adX", "IX")]
    [InlineData("user", "user")]
    [InlineData("J\u00fcrgen", "J\u00fcrgen")]
    [InlineData("\ufffd", null)]
    [InlineData("a\u00a0b", "a b")]
    [InlineData("a\u0007", null)]
    [InlineData("\ue000", null)]
    [InlineData("\ud800", null)]
    public void Names_AreComparedAsTheyLook(string text, string? expected) => Assert.Equal(expected, SaslPrep.TryPrepare(text));
}
