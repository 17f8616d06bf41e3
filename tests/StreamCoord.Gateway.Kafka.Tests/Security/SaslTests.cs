using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using StreamCoord.Gateway.Kafka.Tests.Client;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Testing;
using StreamCoord.Testing.Sasl;

namespace StreamCoord.Gateway.Kafka.Tests.Security;

/// <summary>How clients prove who they are on the wire, and what becomes of those who do not.</summary>
public sealed class SaslTests(SecureSiloFixture fixture, SiloFixture open)
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Plain_LetsInWhoKnowsThePassword(short version)
    {
        await using KafkaClient client = await fixture.ConnectAsync();
        Assert.Equal(["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"], (await client.HandshakeAsync("PLAIN")).Mechanisms);

        SaslAuthenticateResponse answer = await client.TokenAsync(Authentication.Plain("alice", "alice-secret"), version);

        Assert.Equal((0, 0L), (answer.ErrorCode, answer.SessionLifetimeMs));
        Assert.NotEmpty((await client.AskAsync<MetadataRequest, MetadataResponse>(new MetadataRequest { Topics = [] }, 9)).Brokers);
    }

    [Theory]
    [InlineData("SCRAM-SHA-256", 0)]
    [InlineData("SCRAM-SHA-512", 2)]
    public async Task Scram_LetsInWhoKnowsThePassword(string mechanism, short version)
    {
        await using KafkaClient client = await fixture.ConnectAsync();

        Assert.Equal(0, await client.TryScramAsync(mechanism, "alice", "alice-secret", version));

        Assert.NotEmpty((await client.AskAsync<MetadataRequest, MetadataResponse>(new MetadataRequest { Topics = [] }, 9)).Brokers);
    }

    [Theory]
    [InlineData("alice", "wrong")]
    [InlineData("nobody", "alice-secret")]
    public async Task Scram_TellsNobodyWhoExists(string user, string password)
    {
        await using KafkaClient client = await fixture.ConnectAsync();

        Assert.Equal((short)ErrorCode.SaslAuthenticationFailed, await client.TryScramAsync("SCRAM-SHA-256", user, password));
        Assert.Equal(0, await client.ReadToEndAsync());
    }

    [Fact]
    public async Task AWrongPassword_IsAnswered_AndEndsTheConnection()
    {
        await using KafkaClient client = await fixture.ConnectAsync();
        await client.HandshakeAsync("PLAIN");

        SaslAuthenticateResponse answer = await client.TokenAsync(Authentication.Plain("alice", "0therwise"));

        Assert.Equal((short)ErrorCode.SaslAuthenticationFailed, answer.ErrorCode);
        Assert.Equal(0, await client.ReadToEndAsync());
        Assert.Contains("has not proved who it is: The user or the password is wrong.", fixture.Silo.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("0therwise", fixture.Silo.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("alice-secret", fixture.Silo.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OlderClients_SendTheirTokensBare()
    {
        await using KafkaClient plain = await fixture.ConnectAsync();
        Assert.Equal(0, (await plain.HandshakeAsync("PLAIN", version: 0)).ErrorCode);
        Assert.Empty(await plain.AskBareAsync(Authentication.Plain("alice", "alice-secret")));
        Assert.NotEmpty((await plain.AskAsync<MetadataRequest, MetadataResponse>(new MetadataRequest { Topics = [] }, 1)).Brokers);

        await using KafkaClient scram = await fixture.ConnectAsync();
        var conversation = new ScramTestClient(HashAlgorithmName.SHA512, "alice", "alice-secret");
        Assert.Equal(0, (await scram.HandshakeAsync("SCRAM-SHA-512", version: 0)).ErrorCode);
        byte[] first = await scram.AskBareAsync(Encoding.UTF8.GetBytes(conversation.First));
        byte[] last = await scram.AskBareAsync(Encoding.UTF8.GetBytes(conversation.Final(Encoding.UTF8.GetString(first))));
        Assert.True(conversation.IsServer(Encoding.UTF8.GetString(last)));
        Assert.NotEmpty((await scram.AskAsync<MetadataRequest, MetadataResponse>(new MetadataRequest { Topics = [] }, 1)).Brokers);
    }

    [Fact]
    public async Task AnUnknownMechanism_IsAnsweredWithThoseThereAre()
    {
        await using KafkaClient client = await fixture.ConnectAsync();

        SaslHandshakeResponse answer = await client.HandshakeAsync("OAUTHBEARER");

        Assert.Equal((short)ErrorCode.UnsupportedSaslMechanism, answer.ErrorCode);
        Assert.Equal(3, answer.Mechanisms.Count);
        Assert.Equal(0, await client.ReadToEndAsync());
    }

    [Fact]
    public async Task BeforeTheProof_NothingElseIsAnswered()
    {
        await using KafkaClient asking = await fixture.ConnectAsync();
        Assert.NotEmpty((await asking.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(new ApiVersionsRequest(), 2)).ApiKeys);
        await asking.SendAsync(new MetadataRequest { Topics = null }, 9);
        Assert.Equal(0, await asking.ReadToEndAsync());

        await using KafkaClient underWay = await fixture.ConnectAsync();
        await underWay.HandshakeAsync("SCRAM-SHA-256");
        await underWay.SendAsync(new MetadataRequest { Topics = null }, 9);
        Assert.Equal(0, await underWay.ReadToEndAsync());
    }

    [Fact]
    public async Task ATokenWithoutAHandshake_IsRefused()
    {
        await using KafkaClient client = await fixture.ConnectAsync();

        Assert.Equal((short)ErrorCode.IllegalSaslState, (await client.TokenAsync(Authentication.Plain("alice", "alice-secret"))).ErrorCode);
    }

    [Fact]
    public async Task WhereNobodyAsks_ThereIsNothingToProve()
    {
        await using KafkaClient client = await open.ConnectAsync();

        Assert.Equal((short)ErrorCode.IllegalSaslState, (await client.HandshakeAsync("PLAIN")).ErrorCode);
        Assert.Equal((short)ErrorCode.IllegalSaslState, (await client.TokenAsync([])).ErrorCode);
        Assert.NotEmpty((await client.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(new ApiVersionsRequest(), 0)).ApiKeys);
    }

    [Theory]
    [InlineData(65_537)]
    [InlineData(1_000_000)]
    [InlineData(-1)]
    public async Task ALargeRequest_BeforeTheProof_EndsTheConnectionAtOnce(int length)
    {
        await using KafkaClient client = await fixture.ConnectAsync();
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, length);
        await client.SendBytesAsync(bytes);

        Assert.Equal(0, await client.ReadToEndAsync());
    }

    [Fact]
    public async Task RandomTokens_LetNobodyIn()
    {
        int seed = TestSeed.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"STREAMCOORD_TEST_SEED={seed}");
        var random = new Random(seed);
        string[] mechanisms = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"];
        await Task.WhenAll(Enumerable.Range(0, 30).Select(async i =>
        {
            byte[] token;
            lock (random)
            {
                token = new byte[random.Next(0, 300)];
                random.NextBytes(token);
            }
            await using KafkaClient client = await fixture.ConnectAsync();
            await client.HandshakeAsync(mechanisms[i % 3]);
            Assert.Equal((short)ErrorCode.SaslAuthenticationFailed, (await client.TokenAsync(token)).ErrorCode);
            Assert.Equal(0, await client.ReadToEndAsync());
        }));
        Assert.DoesNotContain("is closed after a failure", fixture.Silo.Output, StringComparison.Ordinal);
    }
}
