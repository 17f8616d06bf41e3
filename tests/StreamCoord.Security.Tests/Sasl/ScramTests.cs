using System.Security.Cryptography;
using System.Text;
using StreamCoord.Testing.Sasl;

namespace StreamCoord.Security.Tests.Sasl;

public sealed class ScramTests
{
    // RFC 7677, section 3.
    private const string Salt256 = "W22ZaJ0SNY7soEsUEjb6gQ==";
    private const string ClientNonce = "rOprNGfwEbeRWgbNEkqO";
    private const string ServerNonce = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";

    [Fact]
    public void TheConversationOfRfc7677_GoesAsItSays()
    {
        ScramServer server = Server();

        Assert.Equal($"r={ClientNonce}{ServerNonce},s={Salt256},i=4096", Answer(server, $"n,,n=user,r={ClientNonce}"));
        Assert.Null(server.User);
        Assert.Equal(
            "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
            Answer(server, $"c=biws,r={ClientNonce}{ServerNonce},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="));
        Assert.Equal("user", server.User);
        Assert.Throws<SaslException>(() => Answer(server, "n,,n=user,r=x"));
    }

    [Theory]
    [InlineData(SaslMechanism.ScramSha256)]
    [InlineData(SaslMechanism.ScramSha512)]
    public void AClient_ThatKnowsThePassword_IsLetIn_AndSoTheServer(SaslMechanism mechanism)
    {
        ScramCredential credential = ScramCredential.FromPassword(mechanism, "pencil", [1, 2, 3], 5_000);
        var server = new ScramServer(_ => credential, "server");
        var client = new ScramTestClient(mechanism == SaslMechanism.ScramSha256 ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA512, "al=ice,1", "pencil");

        string first = Answer(server, client.First);
        string final = Answer(server, client.Final(first));

        Assert.Equal("al=ice,1", server.User);
        Assert.True(client.IsServer(final));
    }

    [Fact]
    public void OldClientsOfLibrdkafka_PutTheirNonceFirstTwice()
    {
        ScramCredential credential = ScramCredential.FromPassword(SaslMechanism.ScramSha256, "pencil", [1, 2, 3], 4_096);
        var server = new ScramServer(_ => credential, "server");
        var client = new ScramTestClient(HashAlgorithmName.SHA256, "u", "pencil") { NoncePrefix = ScramTestClient.Nonce };

        Answer(server, client.Final(Answer(server, client.First)));

        Assert.Equal("u", server.User);
    }

    [Fact]
    public void AClient_ThatDoesNotKnowThePassword_IsNot()
    {
        ScramCredential credential = ScramCredential.FromPassword(SaslMechanism.ScramSha256, "pencil", [1, 2, 3], 4_096);
        var server = new ScramServer(_ => credential, "server");
        var client = new ScramTestClient(HashAlgorithmName.SHA256, "u", "pencil ");

        string final = client.Final(Answer(server, client.First));

        Assert.Throws<SaslException>(() => Answer(server, final));
        Assert.Null(server.User);
    }

    [Theory]
    [InlineData("")]
    [InlineData("n,,n=user")]
    [InlineData("n,,n=,r=x")]
    [InlineData("n,,n=user,r=")]
    [InlineData("n,,user,r=x")]
    [InlineData("n,,n=us=er,r=x")]
    [InlineData("p=tls-unique,,n=user,r=x")]
    [InlineData("n,a=other,n=user,r=x")]
    [InlineData("n,,n=user,r=x,tokenauth=true")]
    [InlineData("q,,n=user,r=x")]
    [InlineData("n,,n=us\u0007er,r=x")]
    public void AFirstMessage_ThatIsNone_EndsTheConversation(string message) => Assert.Throws<SaslException>(() => Answer(Server(), message));

    [Theory]
    [InlineData("c=biws,r={n}")]
    [InlineData("c=biws,r={n},p=")]
    [InlineData("c=biws,r={n},p=?")]
    [InlineData("c=biws,r={n},p=AAAA")]
    [InlineData("c=eSws,r={n},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")]
    [InlineData("c=biws,r=other,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")]
    [InlineData("c=biws,r={n},x=1,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")]
    public void AFinalMessage_ThatProvesNothing_EndsTheConversation(string message)
    {
        ScramServer server = Server();
        Answer(server, $"n,,n=user,r={ClientNonce}");

        Assert.Throws<SaslException>(() => Answer(server, message.Replace("{n}", ClientNonce + ServerNonce, StringComparison.Ordinal)));
        Assert.Null(server.User);
    }

    [Fact]
    public void BytesThatAreNoText_EndTheConversation() => Assert.Throws<SaslException>(() => Server().Answer([0xff, 0xfe]));

    [Fact]
    public void ACredential_IsWrittenAsKafkaWritesIt_AndReadAgain()
    {
        ScramCredential credential = ScramCredential.FromPassword(SaslMechanism.ScramSha256, "pencil", Convert.FromBase64String(Salt256), 4_096);

        Assert.Equal(
            $"salt={Salt256},stored_key=WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=,server_key=wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=,iterations=4096", credential.Write());
        ScramCredential read = ScramCredential.TryParse(SaslMechanism.ScramSha256, credential.Write())!;
        Assert.True(read.Verify("pencil"));
        Assert.False(read.Verify("Pencil"));
        Assert.Null(ScramCredential.TryParse(SaslMechanism.ScramSha512, credential.Write()));
    }

    [Theory]
    [InlineData("salt=AA==,stored_key=AA==,server_key=AA==,iterations=4096")]
    [InlineData("salt=AA==")]
    [InlineData("")]
    [InlineData("salt=AA==,salt=AA==")]
    public void WhatIsNoCredential_IsNotRead(string text) => Assert.Null(ScramCredential.TryParse(SaslMechanism.ScramSha256, text));

    [Fact]
    public void ADecoy_IsTheSameForAName_AndOtherForAnother()
    {
        byte[] secret = [1];
        string Salt(string user) => Convert.ToBase64String(ScramCredential.Decoy(SaslMechanism.ScramSha256, user, secret).Salt.Span);

        Assert.Equal(Salt("a"), Salt("a"));
        Assert.NotEqual(Salt("a"), Salt("b"));
    }

    private static ScramServer Server() => new(_ => ScramCredential.FromPassword(SaslMechanism.ScramSha256, "pencil", Convert.FromBase64String(Salt256), 4_096), ServerNonce);

    private static string Answer(ScramServer server, string message) => Encoding.UTF8.GetString(server.Answer(Encoding.UTF8.GetBytes(message)));
}
