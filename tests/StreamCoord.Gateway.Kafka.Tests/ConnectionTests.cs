using System.Buffers.Binary;
using StreamCoord.Gateway.Kafka.Tests.Client;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Testing;

namespace StreamCoord.Gateway.Kafka.Tests;

/// <summary>What comes from outside: it is answered in its order, or the connection is closed and no other is disturbed.</summary>
public sealed class ConnectionTests(SiloFixture fixture)
{
    [Fact]
    public async Task ApiVersions_OfAVersionThatIsNotServed_IsAnsweredInTheOldestLayout()
    {
        await using KafkaClient client = await fixture.ConnectAsync();
        await client.SendBytesAsync(Frame("0012" + "0063" + "00000007" + "FFFF" + "00"));

        ApiVersionsResponse response = await client.ReceiveAsync<ApiVersionsResponse>(7, 0);

        Assert.Equal((short)ErrorCode.UnsupportedVersion, response.ErrorCode);
        Assert.Contains(response.ApiKeys, api => api.ApiKey == 18 && api.MaxVersion == 4);
    }

    [Theory]
    [InlineData("a", "1.0", 0)]
    [InlineData("", "1.0", 42)]
    [InlineData("a", "-1", 42)]
    [InlineData("a b", "1", 42)]
    public async Task ApiVersions_ChecksTheNameOfTheClientsSoftware(string name, string version, short error)
    {
        await using KafkaClient client = await fixture.ConnectAsync();
        var request = new ApiVersionsRequest
        {
            ClientSoftwareName = name,
            ClientSoftwareVersion = version,
        };

        Assert.Equal(error, (await client.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(request, 3)).ErrorCode);
    }

    [Theory]
    [InlineData("0000" + "0063" + "00000001" + "FFFF", "a version of Produce that does not exist")]
    [InlineData("03E7" + "0000" + "00000001" + "FFFF", "an API that does not exist")]
    [InlineData("0000" + "0000" + "00000001" + "FFFF", "a version of Produce that is advertised and not served")]
    [InlineData("0003" + "0001" + "00000001" + "FFFF" + "7FFFFFFF", "more topics than there are bytes")]
    [InlineData("0003" + "0001" + "00000001" + "FFFF" + "000000", "half a body")]
    [InlineData("0003" + "0001" + "00000001" + "7FFF", "a client id that is not there")]
    [InlineData("00", "half a header")]
    [InlineData("", "nothing")]
    public async Task ARequest_ThatMakesNoSense_ClosesItsConnectionAndNoOther(string hex, string what)
    {
        await using KafkaClient bystander = await fixture.ConnectAsync();
        await using KafkaClient client = await fixture.ConnectAsync();
        await client.SendBytesAsync(Frame(hex));

        Assert.True(await client.ReadToEndAsync() == 0, what);

        Assert.NotEmpty((await bystander.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(new ApiVersionsRequest(), 0)).ApiKeys);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(2_000_001)]
    [InlineData(int.MaxValue)]
    [InlineData(0x47455420)]
    public async Task AFrame_OfAnIllegalLength_ClosesItsConnectionAtOnce(int length)
    {
        await using KafkaClient client = await fixture.ConnectAsync();
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, length);
        await client.SendBytesAsync(bytes);

        Assert.Equal(0, await client.ReadToEndAsync());
    }

    [Fact]
    public async Task AFrame_ThatEndsEarly_ClosesItsConnection()
    {
        await using KafkaClient client = await fixture.ConnectAsync();
        await client.SendBytesAsync(new byte[] { 0, 0, 1, 0, 1, 2, 3 });
        client.EndSending();

        Assert.Equal(0, await client.ReadToEndAsync());
    }

    [Fact]
    public async Task RandomBytes_NeverDisturbTheSilo()
    {
        int seed = TestSeed.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"STREAMCOORD_TEST_SEED={seed}");
        var random = new Random(seed);
        for (int i = 0; i < 200; i++)
        {
            byte[] body = new byte[random.Next(8, 200)];
            random.NextBytes(body);
            // A key and a version that exist, so that what follows is looked at.
            BinaryPrimitives.WriteInt16BigEndian(body, (short)random.Next(0, 76));
            BinaryPrimitives.WriteInt16BigEndian(body.AsSpan(2), (short)random.Next(0, 13));
            await using KafkaClient client = await fixture.ConnectAsync();
            await client.SendBytesAsync(Frame(Convert.ToHexString(body)));
            client.EndSending();
            await client.ReadToEndAsync();
        }

        await using KafkaClient after = await fixture.ConnectAsync();
        Assert.NotEmpty((await after.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(new ApiVersionsRequest(), 0)).ApiKeys);
        Assert.DoesNotContain("is closed after a failure", fixture.Silo.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_AreAnsweredInTheirOrder_HoweverLongOneTakes()
    {
        string topic = fixture.NewTopic();
        await using KafkaClient client = await fixture.ConnectAsync();
        await using KafkaClient other = await fixture.ConnectAsync();
        await client.CreateTopicAsync(topic);
        int fetch = await client.SendAsync(Requests.Fetch(topic, 0, maxWaitMs: 20_000), Requests.FetchVersion);
        int versions = await client.SendAsync(new ApiVersionsRequest(), 0);

        await other.ProduceAsync(Requests.Produce(topic, Requests.Batch("a")));

        FetchResponse first = await client.ReceiveAsync<FetchResponse>(fetch, Requests.FetchVersion);
        Assert.Equal(Requests.Batch("a").Length, first.Responses.Single().Partitions.Single().Records!.Value.Length);
        Assert.NotEmpty((await client.ReceiveAsync<ApiVersionsResponse>(versions, 0)).ApiKeys);
    }

    [Fact]
    public async Task AClient_ThatNeverReads_HoldsUpNobodyElse()
    {
        string topic = fixture.NewTopic();
        await using KafkaClient silent = await fixture.ConnectAsync();
        await silent.CreateTopicAsync(topic);
        await silent.ProduceAsync(Requests.Produce(topic, Requests.Batch(new string('x', 900_000))));
        for (int i = 0; i < 60; i++)
        {
            await silent.SendAsync(Requests.Fetch(topic, 0), Requests.FetchVersion);
        }

        await using KafkaClient other = await fixture.ConnectAsync();
        Assert.Equal(0, (await other.ProduceAsync(Requests.Produce(topic, Requests.Batch("a")))).ErrorCode);
    }

    private static byte[] Frame(string hex)
    {
        byte[] body = Convert.FromHexString(hex);
        byte[] frame = new byte[4 + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, body.Length);
        body.CopyTo(frame, 4);
        return frame;
    }
}
