using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using StreamCoord.Log.Appending;
using StreamCoord.Log.Maintenance;
using StreamCoord.Log.Storage;
using StreamCoord.Partitions;
using StreamCoord.Testing.Disk;
using StreamCoord.Topics;

namespace StreamCoord.Log.Tests;

/// <summary>One partition's log on a simulated disk, led, with a clock of its own.</summary>
internal sealed class LogHarness : IAsyncDisposable
{
    private static readonly TopicId Topic = new(Guid.Parse("11111111-1111-1111-1111-111111111111"));

    private readonly List<LogManager> _managers = [];
    private int _epoch;

    private LogHarness(ILogDisk disk, string root, LogConfig config, FakeTimeProvider time, LogOptions options)
    {
        Disk = disk;
        Root = root;
        Config = config;
        Time = time;
        Options = options;
        Log = null!;
    }

    public ILogDisk Disk { get; private set; }

    public SimulatedDisk Simulated => (SimulatedDisk)Disk;

    public string Root { get; }

    public LogConfig Config { get; private set; }

    public FakeTimeProvider Time { get; }

    public LogOptions Options { get; }

    public PartitionLog Log { get; private set; }

    /// <summary>False for the log of a follower: it is recovered, and begins no epoch.</summary>
    public bool Leads { get; init; } = true;

    /// <summary>What each new process begins with; null to commit alone.</summary>
    public Offset? CommitLimit { get; set; }

    public LogIo Io => _managers[^1].Io;

    public AppendGate Gate => _managers[^1].Gate;

    public MaintenancePause Pause => _managers[^1].Pause;

    /// <summary>Where the log's files lie.</summary>
    public string Directory => Path.Combine(Root, "logs", Topic.ToString(), "0");

    public long NowMs => Time.GetUtcNow().ToUnixTimeMilliseconds();

    public static async Task<LogHarness> StartAsync(
        ILogDisk? disk = null, string root = "/data", LogOptions? options = null, params (string Name, string Value)[] configs)
    {
        var config = LogConfig.From(configs.ToDictionary(pair => pair.Name, pair => pair.Value));
        Assert.Null(TopicConfigs.Check(configs.Select(pair => KeyValuePair.Create(pair.Name, pair.Value))));
        var harness = new LogHarness(
            disk ?? new SimulatedDisk(), root, config, new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)),
            options ?? new LogOptions { AppendThreads = 1, ReadThreads = 1, MaintenanceBytesPerSecond = 0 });
        await harness.OpenAsync();
        return harness;
    }

    /// <summary>The same for a log that follows another one.</summary>
    public static async Task<LogHarness> StartFollowerAsync(params (string Name, string Value)[] configs)
    {
        var harness = new LogHarness(
            new SimulatedDisk(), "/data", LogConfig.From(configs.ToDictionary(pair => pair.Name, pair => pair.Value)),
            new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)),
            new LogOptions { AppendThreads = 1, ReadThreads = 1, MaintenanceBytesPerSecond = 0 })
        { Leads = false, CommitLimit = Offset.Zero };
        await harness.OpenAsync();
        return harness;
    }

    /// <summary>A new process on the same disk.</summary>
    public async Task OpenAsync()
    {
        var manager = new LogManager(Disk, Root, Options, Time, NullLogger<LogManager>.Instance);
        _managers.Add(manager);
        Log = manager.Get(Topic, 0, Config);
        Log.CommitLimit = CommitLimit ?? Log.CommitLimit;
        if (Leads)
        {
            await LeadAsync();
            return;
        }
        await Log.RecoverAsync();
    }

    /// <summary>Claims a newer epoch, as the grain does.</summary>
    public async Task LeadAsync()
    {
        LeaderEpoch newest = await Log.RecoverAsync();
        _epoch = Math.Max(_epoch, newest.Value) + 1;
        await Log.BeginEpochAsync(new LeaderEpoch(_epoch));
    }

    /// <summary>The process and the machine die; the next one finds what the disk kept.</summary>
    public async Task CrashAsync(Random random)
    {
        Disk = Simulated.Crash(random);
        await OpenAsync();
    }

    /// <summary>Everything that a replica would get from an offset on, batch by batch.</summary>
    public async Task<List<ReplicaBatch>> ReadBatchesAsync(Offset from, int maxBytes = 100_000)
    {
        List<ReplicaBatch> batches = [];
        while (from < Log.EndOffset)
        {
            ReplicaRead read = await Log.ReadForReplicaAsync(from, maxBytes);
            Assert.True(read.Error == ErrorCode.None, $"{read.Error} {read.Damage}");
            if (read.Batches.Count == 0)
            {
                break;
            }
            int at = 0;
            var sequence = new Records.BatchSequence(read.Data.Bytes.Span);
            while (sequence.MoveNext(out _, out ReadOnlySpan<byte> batch))
            {
                batches.Add(new ReplicaBatch(read.Batches[at++], batch.ToArray()));
            }
            Assert.Equal(read.Batches.Count, at);
            from = read.Batches[^1].NextOffset;
            read.Data.Dispose();
        }
        return batches;
    }

    /// <summary>The process ends in peace and another one begins.</summary>
    public async Task RestartAsync()
    {
        await Log.CloseAsync();
        await OpenAsync();
    }

    public Task<AppendReply> AppendAsync(params IEnumerable<TestRecord> records) => Log.AppendAsync(TestRecord.Batch(records), RequiredAcks.All);

    public TestRecord Record(string? value, string? key = null) => new(key, value, NowMs);

    /// <summary>Everything that can be read from an offset on.</summary>
    public async Task<List<(long Offset, TestRecord Record)>> ReadAllAsync(long from = -1, int maxBytes = 1000)
    {
        List<(long, TestRecord)> records = [];
        Offset at = from < 0 ? Log.StartOffset : new Offset(from);
        while (at < Log.HighWatermark)
        {
            FetchReply reply = await Log.ReadAsync(at, maxBytes);
            Assert.True(reply.Error == ErrorCode.None, reply.Message);
            if (reply.Data.Bytes.IsEmpty)
            {
                break;
            }
            List<(long Offset, TestRecord Record)> read = TestRecord.Decode(reply.Data.Bytes);
            records.AddRange(read.Where(pair => pair.Offset >= at.Value));
            at = LastOffsetOf(reply.Data.Bytes.Span) + 1;
            reply.Data.Dispose();
        }
        return records;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (LogManager manager in _managers)
        {
            await manager.DisposeAsync();
        }
    }

    private static Offset LastOffsetOf(ReadOnlySpan<byte> batches)
    {
        var sequence = new Records.BatchSequence(batches);
        Offset last = Offset.None;
        while (sequence.MoveNext(out Records.BatchHeader header, out _))
        {
            last = header.LastOffset;
        }
        return last;
    }
}
