using System.Diagnostics.Metrics;

namespace StreamCoord.Log;

/// <summary>The numbers of all logs of a silo: meter <c>StreamCoord.Log</c>. Safe for concurrent use.</summary>
public sealed class LogMetrics : IDisposable
{
    /// <summary>The meter's name, for those who collect it.</summary>
    public const string MeterName = "StreamCoord.Log";

    // From a disk with a write cache to one that is in trouble; without advice, collectors take buckets made for milliseconds.
    private static readonly InstrumentAdvice<double> DiskBuckets = new()
    {
        HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    };

    private static readonly InstrumentAdvice<int> GroupBuckets = new() { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512] };

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _appendedBytes;
    private readonly Counter<long> _appendedRecords;
    private readonly Counter<long> _readBytes;
    private readonly Counter<long> _recoveries;
    private readonly Counter<long> _compactedBytes;
    private readonly Histogram<double> _appendSeconds;
    private readonly Histogram<double> _flushSeconds;
    private readonly Histogram<int> _groupRequests;
    private readonly UpDownCounter<int> _openLogs;
    private long _diskFailures;
    private long _damagedRanges;

    /// <summary>Creates the instruments.</summary>
    public LogMetrics()
    {
        _appendedBytes = _meter.CreateCounter<long>("streamcoord.log.appended", "By", "Bytes of record batches written.");
        _appendedRecords = _meter.CreateCounter<long>("streamcoord.log.appended_records", "{record}", "Records written.");
        _readBytes = _meter.CreateCounter<long>("streamcoord.log.read", "By", "Bytes of record batches read for clients.");
        // Shown as 0 from the start, or whoever watches for a rise would not see the first one.
        _meter.CreateObservableCounter("streamcoord.log.disk_failures", () => Interlocked.Read(ref _diskFailures), "{failure}", "Writes and flushes that failed.");
        _meter.CreateObservableCounter("streamcoord.log.damaged_ranges", () => Interlocked.Read(ref _damagedRanges), "{range}", "Damaged ranges met by reads, recoveries and checks.");
        _recoveries = _meter.CreateCounter<long>("streamcoord.log.recoveries", "{recovery}", "Torn tails cut off after a crash.");
        _compactedBytes = _meter.CreateCounter<long>("streamcoord.log.compacted", "By", "Bytes that compaction read.");
        _appendSeconds = _meter.CreateHistogram<double>(
            "streamcoord.log.append.duration", "s", "Time of the oldest append of a group from its queue to its write and, where somebody waits for that, flush.", advice: DiskBuckets);
        _flushSeconds = _meter.CreateHistogram<double>("streamcoord.log.flush.duration", "s", "Time of one flush.", advice: DiskBuckets);
        _groupRequests = _meter.CreateHistogram<int>("streamcoord.log.group.requests", "{request}", "Appends gathered into one write.", advice: GroupBuckets);
        _openLogs = _meter.CreateUpDownCounter<int>("streamcoord.log.open", "{log}", "Partitions that hold open files.");
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    internal void Appended(long sizeBytes, long records, int requests)
    {
        _appendedBytes.Add(sizeBytes);
        _appendedRecords.Add(records);
        _groupRequests.Record(requests);
    }

    internal void Written(TimeSpan duration) => _appendSeconds.Record(duration.TotalSeconds);

    internal void Read(long sizeBytes) => _readBytes.Add(sizeBytes);

    internal void Flushed(TimeSpan duration) => _flushSeconds.Record(duration.TotalSeconds);

    internal void DiskFailed() => Interlocked.Increment(ref _diskFailures);

    internal void Damaged() => Interlocked.Increment(ref _damagedRanges);

    internal void Recovered() => _recoveries.Add(1);

    internal void Compacted(long sizeBytes) => _compactedBytes.Add(sizeBytes);

    internal void Opened() => _openLogs.Add(1);

    internal void Closed() => _openLogs.Add(-1);
}
