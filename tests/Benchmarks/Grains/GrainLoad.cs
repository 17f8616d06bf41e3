using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using StreamCoord.Partitions;
using StreamCoord.Records;
using StreamCoord.Topics;

namespace StreamCoord.Benchmarks.Grains;

/// <summary>Appends of one record of 1 KiB through the partition grain of a silo in this process, one at a time.</summary>
internal static class GrainLoad
{
    private const int WarmUp = 20_000;
    private const int Counted = 50_000;
    private const int Rounds = 5;

    public static Task RunAsync(string directory) => InProcessSilo.RunAsync(directory, services => MeasureAsync(services.GetRequiredService<IGrainFactory>()));

    private static async Task MeasureAsync(IGrainFactory grains)
    {
        var configs = new Dictionary<string, string> { [TopicConfigs.FlushMessages] = "9223372036854775807" };
        TopicReply created = await grains.GetGrain<ITopicGrain>("bench").Create(new CreateTopicRequest(1, null, configs, false));
        Require(created.Error, created.Message);
        IPartitionGrain partition = grains.GetGrain<IPartitionGrain>("bench/0");
        byte[] batch = MakeBatch();
        await AppendAsync(partition, batch, new double[WarmUp]);
        for (int round = 0; round < Rounds; round++)
        {
            double[] microseconds = new double[Counted];
            await AppendAsync(partition, batch, microseconds);
            Array.Sort(microseconds);
            Console.WriteLine(
                $"append through the grain, 1 KiB, no flush: p50 {microseconds[Counted / 2]:N0} µs, p99 {microseconds[Counted * 99 / 100]:N0} µs, p99.9 {microseconds[Counted * 999 / 1000]:N0} µs");
        }
    }

    private static async Task AppendAsync(IPartitionGrain partition, byte[] batch, double[] microseconds)
    {
        for (int i = 0; i < microseconds.Length; i++)
        {
            long started = Stopwatch.GetTimestamp();
            AppendReply reply = await partition.Append(new AppendRequest(new RecordData(batch), RequiredAcks.All));
            microseconds[i] = Stopwatch.GetElapsedTime(started).TotalMicroseconds;
            Require(reply.Error, reply.Message);
        }
    }

    private static byte[] MakeBatch()
    {
        using var builder = new RecordBatchBuilder();
        builder.Append(1_700_000_000_000, NullableBytes.Null, new byte[1024]);
        using RecordData built = builder.Build();
        return built.Bytes.ToArray();
    }

    private static void Require(ErrorCode error, string? message)
    {
        if (error != ErrorCode.None)
        {
            throw new InvalidOperationException(message);
        }
    }
}
