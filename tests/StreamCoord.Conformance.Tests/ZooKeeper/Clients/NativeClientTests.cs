using System.Buffers.Binary;
using System.Diagnostics;
using StreamCoord.Conformance.Tests.ZooKeeper.Paired;
using StreamCoord.Conformance.Tests.ZooKeeper.Wire;

namespace StreamCoord.Conformance.Tests.ZooKeeper.Clients;

/// <summary>The C client, unchanged, at a real server and at a silo.</summary>
public sealed class NativeClientTests(ServicePair pair, NativeClient client)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task OneOfEverything()
    {
        (string reference, string ours) = await pair.AddressesAsync();

        string[] real = await client.RunAsync(reference, "all", "/native");
        string[] silo = await client.RunAsync(ours, "all", "/native");

        Assert.Equal(real, silo);
        Assert.Equal("close", silo[^1]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ASessionThatWasLeft_IsTakenOver(bool isReference)
    {
        (string reference, string ours) = await pair.AddressesAsync();
        string address = isReference ? reference : ours;

        string[] session = (await client.RunAsync(address, "leave", "/native-left"))[^1].Split(' ');
        string[] resumed = await client.RunAsync(address, "resume", "/native-left", session[0], session[1]);

        Assert.Equal(["connected", "its znode", "its own", "close"], resumed);
    }

    /// <summary>kill -9 of a client: nobody says good-bye for it, and its znode goes with its session.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AClientThatIsKilled_LeavesNothingBehind(bool isReference)
    {
        (string reference, string ours) = await pair.AddressesAsync();
        string address = isReference ? reference : ours;
        using Process process = Process.Start(new ProcessStartInfo(await client.PathAsync(), [address, "hold", "/native-held"]) { RedirectStandardOutput = true })!;
        try
        {
            Assert.Equal("connected", await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Limit, TestContext.Current.CancellationToken));
            Assert.Equal("create", await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Limit, TestContext.Current.CancellationToken));
            (RawConnection raw, _) = await RawConnection.ConnectAsync(address, new ConnectRequest());
            using RawConnection watcher = raw;
            await watcher.SendAsync(Request.Exists("/native-held", watch: true));
            byte[]? exists = await watcher.ReadAsync();
            Assert.Equal(16 + 68, exists!.Length);

            process.Kill();

            byte[]? told = await watcher.ReadAsync();
            Assert.Equal(Opcode.NotificationXid, BinaryPrimitives.ReadInt32BigEndian(told));
            Assert.Equal(2, BinaryPrimitives.ReadInt32BigEndian(told.AsSpan(16)));
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }
}
