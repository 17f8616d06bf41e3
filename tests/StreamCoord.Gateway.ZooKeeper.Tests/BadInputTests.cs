using System.Buffers;
using System.Buffers.Binary;
using StreamCoord.Gateway.ZooKeeper.Tests.Client;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.Testing;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Tests;

/// <summary>What comes from outside: it is answered, or the connection is closed and no other is disturbed.</summary>
public sealed class BadInputTests(SiloFixture fixture)
{
    private const int JuteMaxBufferBytes = 1_048_575;

    [Theory]
    [InlineData(-1)]
    [InlineData(JuteMaxBufferBytes + 1)]
    [InlineData(int.MaxValue)]
    [InlineData(0x47455420)]
    public async Task AMessage_OfAnIllegalLength_ClosesItsConnectionAtOnce(int length)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, length);
        await using ZooKeeperClient fresh = await fixture.DialAsync();
        await fresh.SendBytesAsync(bytes);
        await using ZooKeeperClient connected = await fixture.ConnectAsync();
        await connected.SendBytesAsync(bytes);

        Assert.Equal(0, await fresh.ReadToEndAsync());
        Assert.Equal(0, await connected.ReadToEndAsync());
    }

    [Fact]
    public async Task AMessage_OfTheLargestLength_IsTaken()
    {
        string path = fixture.NewPath();
        await using ZooKeeperClient client = await fixture.ConnectAsync();
        var empty = new CreateRequest(path, Array.Empty<byte>(), AclEntry.Open, 0);
        byte[] data = new byte[JuteMaxBufferBytes - default(RequestHeader).SizeBytes - empty.SizeBytes];
        data.AsSpan().Fill(7);

        Assert.Equal(path, (await client.AskAsync(OpCode.Create, empty with { Data = data })).Body<CreateResponse>().Path);

        Assert.Equal(data, (await client.AskAsync(OpCode.GetData, new GetDataRequest(path, false))).Body<GetDataResponse>().Data!.Value.ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(13)]
    [InlineData(20)]
    [InlineData(99)]
    [InlineData(-1)]
    [InlineData(-10)]
    [InlineData(int.MaxValue)]
    public async Task AnOperationThatIsNotForClients_IsRefusedAndEndsTheConnection(int opCode)
    {
        await using ZooKeeperClient client = await fixture.ConnectAsync();
        await client.SendAsync(OpCode.Exists, new ExistsRequest("/", false));
        await client.SendAsync((OpCode)opCode, new CheckVersionRequest("/", 0));

        (await client.ReceiveAsync()).Body<ExistsResponse>();
        (await client.ReceiveAsync()).AssertError(ZNodeError.Unimplemented);
        Assert.Equal(0, await client.ReadToEndAsync());
    }

    [Theory]
    [InlineData(OpCode.Create, "0000000A")]
    [InlineData(OpCode.GetData, "")]
    [InlineData(OpCode.GetData, "FFFFFFFF00")]
    [InlineData(OpCode.Multi, "0000000E00FFFFFFFF")]
    [InlineData(OpCode.Multi, "0000000700FFFFFFFF000000022F61000000010000001F00000005776F726C6400000006616E796F6E6500000000FFFFFFFF01FFFFFFFF")]
    [InlineData(OpCode.MultiRead, "0000000200FFFFFFFF000000022F61FFFFFFFFFFFFFFFF01FFFFFFFF")]
    [InlineData(OpCode.SetWatches2, "00000000000000007FFFFFFF")]
    [InlineData(OpCode.AddWatch, "000000022F6100000007")]
    [InlineData(OpCode.RemoveWatches, "000000022F6100000000")]
    public async Task ABody_ThatMakesNoSense_IsRefusedAndTheConnectionGoesOn(OpCode opCode, string hex)
    {
        await using ZooKeeperClient client = await fixture.ConnectAsync();
        byte[] body = Convert.FromHexString(hex);
        byte[] frame = new byte[12 + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, 8 + body.Length);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(4), 77);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(8), (int)opCode);
        body.CopyTo(frame, 12);
        await client.SendBytesAsync(frame);

        Message refusal = await client.ReceiveAsync();

        Assert.Equal(77, refusal.Header.Xid);
        refusal.AssertError(ZNodeError.MarshallingError);
        await client.PingAsync();
    }

    [Theory]
    [InlineData("00000000")]
    [InlineData("0000000400000001")]
    [InlineData("0000000700000001000000")]
    public async Task AMessage_WithoutAHeader_ClosesItsConnection(string hex)
    {
        await using ZooKeeperClient client = await fixture.ConnectAsync();
        await client.SendBytesAsync(Convert.FromHexString(hex));

        Assert.Equal(0, await client.ReadToEndAsync());
    }

    [Fact]
    public async Task AMessageInPieces_IsPutTogether()
    {
        await using ZooKeeperClient client = await fixture.ConnectAsync();
        foreach (byte one in Convert.FromHexString("0000000D" + "00000007" + "00000003" + "000000012F" + "00")[..^1])
        {
            await client.SendBytesAsync(new[] { one });
        }
        await client.SendBytesAsync(new byte[] { 0 });

        // The length said 13 bytes: the last one belongs to the next message, and makes half of its length.
        Assert.Equal((7, ZNodeError.MarshallingError), (await client.ReceiveAsync()) switch { var one => (one.Header.Xid, one.Error) });
    }

    [Fact]
    public async Task RandomBytes_NeverDisturbTheSilo()
    {
        int seed = TestSeed.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"STREAMCOORD_TEST_SEED={seed}");
        var random = new Random(seed);
        for (int i = 0; i < 200; i++)
        {
            await using ZooKeeperClient client = await fixture.DialAsync();
            if (i % 4 > 0)
            {
                await client.ConnectAsync(1_000);
            }
            byte[] frame = new byte[random.Next(12, 200)];
            random.NextBytes(frame);
            BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length - 4);
            // An operation that exists, so that what follows is looked at.
            BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(8), random.Next(0, 2) == 0 ? random.Next(1, 23) : random.Next(100, 108));
            await client.SendBytesAsync(frame);
            client.EndSending();
            await client.ReadToEndAsync();
        }

        await using ZooKeeperClient after = await fixture.ConnectAsync();
        await after.PingAsync();
        Assert.DoesNotContain("is closed after a failure", fixture.Silo.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AClientThatNeverReadsItsEvents_IsClosedAndHoldsUpNobodyElse()
    {
        string path = fixture.NewPath() + new string('x', 900);
        await using ZooKeeperClient silent = await fixture.ConnectAsync();
        await using ZooKeeperClient writer = await fixture.ConnectAsync();
        await writer.CreateAsync(path);
        await silent.AskAsync(OpCode.AddWatch, new AddWatchRequest(path, 0));
        await WriteUntilDroppedAsync(writer, path).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        await writer.PingAsync();
    }

    [Fact]
    public async Task AClientThatNeverReadsItsReplies_IsNotReadEither()
    {
        string path = fixture.NewPath();
        await using ZooKeeperClient silent = await fixture.ConnectAsync();
        await silent.CreateAsync(path, data: new byte[900_000]);
        long before = await fixture.Silo.ResidentKilobytesAsync();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(3));
        try
        {
            var requests = new ArrayBufferWriter<byte>();
            for (int i = 0; i < 1_000; i++)
            {
                JuteFrame.Write(requests, new RequestHeader(i, OpCode.GetData), new GetDataRequest(path, false));
            }
            for (int i = 0; i < 2_000; i++)
            {
                await silent.SendBytesAsync(requests.WrittenMemory).WaitAsync(limit.Token);
            }
            Assert.Fail("2,000,000 requests were taken without a reply being read.");
        }
        catch (OperationCanceledException)
        {
            // Its own buffer is full.
        }
        catch (IOException)
        {
            // Its session is over, and the connection with it.
        }

        Assert.InRange(await fixture.Silo.ResidentKilobytesAsync() - before, long.MinValue, 200_000);
        await using ZooKeeperClient other = await fixture.ConnectAsync();
        await other.PingAsync();
    }

    private async Task WriteUntilDroppedAsync(ZooKeeperClient writer, string path)
    {
        while (!fixture.Silo.Output.Contains("events wait for the client", StringComparison.Ordinal))
        {
            for (int i = 0; i < 500; i++)
            {
                await writer.SendAsync(OpCode.SetData, new SetDataRequest(path, null, -1));
            }
            for (int i = 0; i < 500; i++)
            {
                await writer.ReceiveAsync();
            }
        }
    }
}
