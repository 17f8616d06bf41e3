using System.Text;
using CsCheck;

namespace StreamCoord.Security.Tests.Sasl;

/// <summary>DIGEST-MD5 as RFC 2831 has it.</summary>
public sealed class DigestMd5Tests
{
    private const string Response = "charset=utf-8,username=\"chris\",realm=\"elwood.innosoft.com\",nonce=\"OA6MG9tEQGm2hh\",nc=00000001,cnonce=\"OA6MHXh6VqTrRk\","
        + "digest-uri=\"imap/elwood.innosoft.com\",response=d388dad90d4bbd760a152321f2143af7,qop=auth";

    [Fact]
    public void TheExampleOfTheRfc_Proves()
    {
        DigestMd5Exchange exchange = New();
        string challenge = Encoding.UTF8.GetString(exchange.Step([]));

        string answer = Encoding.UTF8.GetString(exchange.Step(Encoding.UTF8.GetBytes(Response)));

        Assert.Equal("realm=\"elwood.innosoft.com\",nonce=\"OA6MG9tEQGm2hh\",qop=\"auth\",charset=utf-8,algorithm=md5-sess", challenge);
        Assert.Equal("rspauth=ea40f60335c427b5527b84dbabcdfffd", answer);
        Assert.Equal("chris", exchange.AuthorizationId);
        Assert.Throws<SaslException>(() => exchange.Step(Encoding.UTF8.GetBytes(Response)));
    }

    [Theory]
    [InlineData("d388dad90d4bbd760a152321f2143af7", "d388dad90d4bbd760a152321f2143af8")]
    [InlineData("nonce=\"OA6MG9tEQGm2hh\",nc", "nonce=\"another\",nc")]
    [InlineData("nc=00000001", "nc=00000002")]
    [InlineData("username=\"chris\"", "username=\"nobody\"")]
    [InlineData("imap/", "smtp/")]
    [InlineData("qop=auth", "qop=auth-int")]
    [InlineData("qop=auth", "qop=auth,authzid=\"another\"")]
    [InlineData("cnonce=\"OA6MHXh6VqTrRk\",", "")]
    [InlineData("qop=auth", "qop=auth,qop=auth")]
    [InlineData("charset=utf-8", "charset")]
    [InlineData("username=\"chris\"", "username=\"chris\"s")]
    public void AnyOtherResponse_DoesNot(string part, string other)
    {
        DigestMd5Exchange exchange = New();
        exchange.Step([]);
        Assert.Contains(part, Response, StringComparison.Ordinal);

        Assert.Throws<SaslException>(() => exchange.Step(Encoding.UTF8.GetBytes(Response.Replace(part, other, StringComparison.Ordinal))));
        Assert.Null(exchange.AuthorizationId);
    }

    [Fact]
    public void Quotes_AreTakenApart()
    {
        var directives = DigestMd5Directives.Parse("a=\"x\\\"y\\\\\", B=c,d=\"\""u8);

        Assert.Equal(("x\"y\\", "c", ""), (directives.Find("A"), directives.Find("b"), directives.Find("d")));
    }

    [Fact]
    public void WhateverComes_IsReadOrRefused() => Gen.Byte.Array[0, 5_000].Sample(bytes =>
    {
        Exception? failure = Record.Exception(() => DigestMd5Directives.Parse(bytes));
        return failure is null or SaslException;
    });

    private static DigestMd5Exchange New() => new("imap", "elwood.innosoft.com", "OA6MG9tEQGm2hh", new Dictionary<string, string> { ["chris"] = "secret" });
}
