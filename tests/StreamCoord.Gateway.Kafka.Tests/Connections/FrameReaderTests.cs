using System.IO.Pipelines;
using StreamCoord.Gateway.Kafka.Connections;
using StreamCoord.Protocol.Kafka;
using StreamCoord.Testing;

namespace StreamCoord.Gateway.Kafka.Tests.Connections;

/// <summary>Frames come out as they went in, however they are cut, and a length alone takes no memory.</summary>
public sealed class FrameReaderTests
{
    [Fact]
    public async Task Read_OfFramesThatComeInPieces_GivesThemWhole()
    {
        int seed = TestSeed.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"STREAMCOORD_TEST_SEED={seed}");
        var random = new Random(seed);
        byte[][] frames = [.. Enumerable.Range(0, 30).Select(_ => new byte[random.Next(0, 300_000)])];
        byte[] stream = [.. frames.SelectMany(frame => (byte[])[.. BitConverter.GetBytes(frame.Length).Reverse(), .. Fill(frame, random)])];
        var pipe = new Pipe();
        Task writing = WriteAsync(pipe.Writer, stream, random);
        var reader = new FrameReader(pipe.Reader, 300_000);

        foreach (byte[] expected in frames)
        {
            using Frame? frame = await reader.ReadAsync(TestContext.Current.CancellationToken);
            Assert.Equal(expected, frame!.Bytes.ToArray());
        }
        Assert.Null(await reader.ReadAsync(TestContext.Current.CancellationToken));
        await writing;
    }

    [Fact]
    public async Task Read_OfALengthWithoutTheBytes_TakesNoMemoryForThem()
    {
        var pipe = new Pipe();
        await pipe.Writer.WriteAsync(new byte[] { 0x06, 0, 0, 0, 1, 2, 3 }, TestContext.Current.CancellationToken);
        await pipe.Writer.CompleteAsync();
        long before = GC.GetAllocatedBytesForCurrentThread();

        await Assert.ThrowsAsync<KafkaFormatException>(async () => await new FrameReader(pipe.Reader, int.MaxValue).ReadAsync(CancellationToken.None));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    private static byte[] Fill(byte[] frame, Random random)
    {
        random.NextBytes(frame);
        return frame;
    }

    private static async Task WriteAsync(PipeWriter writer, byte[] stream, Random random)
    {
        for (int at = 0; at < stream.Length;)
        {
            int count = Math.Min(stream.Length - at, random.Next(1, 100_000));
            await writer.WriteAsync(stream.AsMemory(at, count));
            at += count;
        }
        await writer.CompleteAsync();
    }
}
