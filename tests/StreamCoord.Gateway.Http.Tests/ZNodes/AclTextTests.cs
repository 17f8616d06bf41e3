using CsCheck;
using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Gateway.Http.ZNodes;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.Http.Tests.ZNodes;

public sealed class AclTextTests
{
    [Theory]
    [InlineData("world:anyone:cdrwa", ZNodePermissions.All, "world", "anyone")]
    [InlineData("world:anyone:", ZNodePermissions.None, "world", "anyone")]
    [InlineData("auth::r", ZNodePermissions.Read, "auth", "")]
    [InlineData("digest:u:hash=:aw", ZNodePermissions.Admin | ZNodePermissions.Write, "digest", "u:hash=")]
    [InlineData("ip:fe80::1/64:d", ZNodePermissions.Delete, "ip", "fe80::1/64")]
    public void Entries_are_read(string text, ZNodePermissions permissions, string scheme, string id) =>
        Assert.Equal(new AclEntry(permissions, scheme, id), AclText.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("world")]
    [InlineData("world:anyone")]
    [InlineData(":anyone:r")]
    [InlineData("world:anyone:x")]
    public void Other_texts_are_refused(string text)
    {
        Assert.Equal("InvalidAcl", Assert.Throws<RequestException>(() => AclText.Parse(text)).Error.Code);
        Assert.Throws<RequestException>(() => AclText.ParseList(text).Count());
    }

    [Fact]
    public void What_is_written_is_read_again() =>
        Gen.Select(Gen.Int[0, 31], OneOf("world", "digest", "x509"), OneOf("anyone", "a:b", "CN=a,OU=b c,O=d", "", "fe80::1/64"))
            .Select(entry => new AclEntry((ZNodePermissions)entry.Item1, entry.Item2, entry.Item3))
            .Array[1, 5]
            .Sample(entries => Assert.Equal(entries, AclText.ParseList(string.Join(',', entries.Select(AclText.Format)))));

    private static Gen<string> OneOf(params string[] words) => Gen.Int[0, words.Length - 1].Select(i => words[i]);
}
