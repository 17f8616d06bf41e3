using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using StreamCoord.Log;
using StreamCoord.Log.Storage;
using StreamCoord.Partitions;
using StreamCoord.Records;
using StreamCoord.Topics;

namespace StreamCoord.Benchmarks.Log;

/// <summary>
/// The log engine beside the bare system calls it cannot do without, in turn, in one run: what counts is the ratio. Each
/// figure is the median of several rounds.
/// </summary>
internal static class LogLoad
{
    private const int Rounds = 7;
    private const int BatchBytes = 64 * 1024;
    private const int RecordBytes = 1024;
    private const long AppendBytes = 512L * 1024 * 1024;
    private const int OutstandingAppends = 8;
    private const int FlushCallers = 64;
    private const int FlushedAppendsPerCaller = 60;

    public static async Task RunAsync(string directory)
    {
        string root = Path.Combine(directory, $"streamcoord-bench-{Environment.ProcessId}");
        Directory.CreateDirectory(root);
        try
        {
            await CompareAppendsAsync(root);
            await CompareFlushedAppendsAsync(root);
            await MeasureReadAsync(root);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static async Task CompareAppendsAsync(string root)
    {
        var bare = new List<double>();
        var log = new List<double>();
        for (int round = 0; round < Rounds; round++)
        {
            bare.Add(BareWrites(root));
            log.Add(await LogAppendsAsync(root));
        }
        Report($"append {BatchBytes / 1024} KiB batches, no flush", "MB/s", bare, log);
    }

    private static double BareWrites(string root)
    {
        string path = Path.Combine(root, "bare");
        byte[] batch = MakeBatch();
        Stopwatch watch;
        using (Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle(path, FileMode.Create, FileAccess.Write))
        {
            watch = Stopwatch.StartNew();
            for (long at = 0; at < AppendBytes; at += batch.Length)
            {
                RandomAccess.Write(file, batch, at);
            }
            watch.Stop();
        }
        File.Delete(path);
        return AppendBytes / watch.Elapsed.TotalSeconds / 1e6;
    }

    private static async Task<double> LogAppendsAsync(string root)
    {
        await using var bench = await BenchLog.OpenAsync(root, (TopicConfigs.FlushMessages, long.MaxValue.ToString()), (TopicConfigs.FlushMs, long.MaxValue.ToString()));
        byte[][] batches = [.. Enumerable.Range(0, OutstandingAppends).Select(_ => MakeBatch())];
        long left = AppendBytes / BatchBytes;
        Stopwatch watch = Stopwatch.StartNew();
        await Task.WhenAll(batches.Select(batch => Task.Run(async () =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                Check(await bench.Log.AppendAsync(new RecordData(batch), RequiredAcks.Leader));
            }
        })));
        return AppendBytes / watch.Elapsed.TotalSeconds / 1e6;
    }

    private static async Task CompareFlushedAppendsAsync(string root)
    {
        var bare = new List<double>();
        var log = new List<double>();
        var groups = new List<double>();
        for (int round = 0; round < Rounds; round++)
        {
            bare.Add(BareFlushedGroups(root));
            log.Add(await FlushedAppendsAsync(root));
        }
        Report($"{FlushCallers} callers, 1 batch of 1 KiB each, flushed together", "appends/s", bare, log);
    }

    // What group commit cannot beat: one write of all callers' batches and one fdatasync.
    private static double BareFlushedGroups(string root)
    {
        var disk = new PhysicalDisk();
        string path = Path.Combine(root, "bare");
        byte[] batch = MakeBatch(recordCount: 1);
        ReadOnlyMemory<byte>[] group = [.. Enumerable.Repeat<ReadOnlyMemory<byte>>(batch, FlushCallers)];
        Stopwatch watch;
        using (ILogFile file = disk.Open(path))
        {
            watch = Stopwatch.StartNew();
            for (int i = 0; i < FlushedAppendsPerCaller; i++)
            {
                file.Write(group, (long)i * batch.Length * FlushCallers);
                file.Flush();
            }
            watch.Stop();
        }
        File.Delete(path);
        return FlushedAppendsPerCaller * FlushCallers / watch.Elapsed.TotalSeconds;
    }

    private static async Task<double> FlushedAppendsAsync(string root)
    {
        await using var bench = await BenchLog.OpenAsync(root);
        byte[][] batches = [.. Enumerable.Range(0, FlushCallers).Select(_ => MakeBatch(recordCount: 1))];
        Check(await bench.Log.AppendAsync(new RecordData(batches[0]), RequiredAcks.All));
        Stopwatch watch = Stopwatch.StartNew();
        await Task.WhenAll(batches.Select(batch => Task.Run(async () =>
        {
            for (int i = 0; i < FlushedAppendsPerCaller; i++)
            {
                Check(await bench.Log.AppendAsync(new RecordData(batch), RequiredAcks.All));
            }
        })));
        return FlushedAppendsPerCaller * FlushCallers / watch.Elapsed.TotalSeconds;
    }

    private static async Task MeasureReadAsync(string root)
    {
        await using var bench = await BenchLog.OpenAsync(root, (TopicConfigs.FlushMessages, long.MaxValue.ToString()));
        byte[] batch = MakeBatch();
        for (long at = 0; at < AppendBytes; at += BatchBytes)
        {
            Check(await bench.Log.AppendAsync(new RecordData(batch), RequiredAcks.Leader));
        }
        var rates = new List<double>();
        for (int round = 0; round < Rounds; round++)
        {
            Stopwatch watch = Stopwatch.StartNew();
            long bytes = await ReadThroughAsync(bench.Log);
            rates.Add(bytes / watch.Elapsed.TotalSeconds / 1e6);
        }
        Console.WriteLine($"sequential read from the page cache, every CRC checked: {Median(rates):N0} MB/s ({rates.Min():N0} to {rates.Max():N0})");
    }

    private static async Task<long> ReadThroughAsync(PartitionLog log)
    {
        long bytes = 0;
        Offset at = log.StartOffset;
        while (at < log.HighWatermark)
        {
            FetchReply reply = await log.ReadAsync(at, 1024 * 1024);
            at = LastOffset(reply.Data.Bytes.Span) + 1;
            bytes += reply.Data.Bytes.Length;
            reply.Data.Dispose();
        }
        return bytes;
    }

    private static Offset LastOffset(ReadOnlySpan<byte> batches)
    {
        var sequence = new BatchSequence(batches);
        Offset last = Offset.None;
        while (sequence.MoveNext(out BatchHeader header, out _))
        {
            last = header.LastOffset;
        }
        return last;
    }

    private static byte[] MakeBatch(int recordCount = BatchBytes / RecordBytes)
    {
        using var builder = new RecordBatchBuilder();
        byte[] value = new byte[RecordBytes - 16];
        new Random(1).NextBytes(value);
        for (int i = 0; i < recordCount; i++)
        {
            builder.Append(1_700_000_000_000 + i, NullableBytes.Null, value);
        }
        using RecordData built = builder.Build();
        return built.Bytes.ToArray();
    }

    private static void Check(AppendReply reply)
    {
        if (reply.Error != ErrorCode.None)
        {
            throw new InvalidOperationException(reply.Message);
        }
    }

    private static void Report(string what, string unit, List<double> bare, List<double> log)
    {
        var ratios = bare.Zip(log, (one, other) => other / one).ToList();
        Console.WriteLine(
            $"{what}: bare {Median(bare):N0}, log {Median(log):N0} {unit}; ratio {Median(ratios):N2} ({ratios.Min():N2} to {ratios.Max():N2})");
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private sealed class BenchLog(LogManager manager, TopicId topic, PartitionLog log) : IAsyncDisposable
    {
        public PartitionLog Log => log;

        public static async Task<BenchLog> OpenAsync(string root, params (string Name, string Value)[] configs)
        {
            var manager = new LogManager(new PhysicalDisk(), root, new LogOptions(), TimeProvider.System, NullLogger<LogManager>.Instance);
            var topic = TopicId.NewId();
            PartitionLog log = manager.Get(topic, 0, LogConfig.From(configs.ToDictionary(pair => pair.Name, pair => pair.Value)));
            await log.RecoverAsync();
            await log.BeginEpochAsync(new LeaderEpoch(1));
            return new BenchLog(manager, topic, log);
        }

        public async ValueTask DisposeAsync()
        {
            await manager.RemoveAsync(topic, 0);
            await manager.DisposeAsync();
        }
    }
}
