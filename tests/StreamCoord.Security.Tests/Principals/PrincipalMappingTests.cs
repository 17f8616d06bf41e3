using System.Security.Cryptography.X509Certificates;

namespace StreamCoord.Security.Tests.Principals;

public sealed class PrincipalMappingTests
{
    private const string Name = "CN=Alice,OU=Sales,O=Example,C=DE";

    [Theory]
    [InlineData("DEFAULT", Name)]
    [InlineData("RULE:^CN=(.*?),OU=Sales.*$/$1/", "Alice")]
    [InlineData("RULE:^CN=(.*?),OU=Sales.*$/$1/L", "alice")]
    [InlineData("RULE:^CN=(.*?),OU=Sales.*$/$1/U", "ALICE")]
    [InlineData("RULE:^CN=(.*?),OU=Other.*$/$1/, DEFAULT", Name)]
    [InlineData("RULE:^CN=(.*?),OU=Other.*$/$1/,RULE:.*O=(.*?),.*/$1@x/L", "example@x")]
    [InlineData("RULE:^CN=(.*?),OU=Other.*$/$1/", null)]
    [InlineData("RULE:CN=Alice/x/", null)]
    public void TheFirstRuleThatFits_GivesTheName(string rules, string? expected)
    {
        Assert.Null(PrincipalMapping.TryParse(rules, out PrincipalMapping mapping));
        Assert.Equal(expected, mapping.Map(Name));
    }

    [Theory]
    [InlineData("")]
    [InlineData("RULE:a/b")]
    [InlineData("RULE:a")]
    [InlineData("rule:a/b/")]
    [InlineData("RULE:(/b/")]
    [InlineData("RULE:(a)\\\\1/b/x")]
    [InlineData("DEFAULT DEFAULT")]
    public void ARule_ThatIsNone_IsRefused(string rules) => Assert.NotNull(PrincipalMapping.TryParse(rules, out _));

    [Theory]
    [InlineData("C=DE, O=Example, OU=Sales, CN=Alice", "CN=Alice,OU=Sales,O=Example,C=DE")]
    [InlineData("CN=\"a, b\"", "CN=a\\, b")]
    [InlineData("CN=#x", "CN=\\#x")]
    public void ADistinguishedName_IsWrittenAsJavaDoes(string name, string expected)
    {
        // As certificates have them: the most general part first.
        var built = new X500DistinguishedName(name, X500DistinguishedNameFlags.None);

        Assert.Equal(expected, DistinguishedNames.Write(built));
    }
}
