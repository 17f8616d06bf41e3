using System.Collections.Concurrent;
using System.Diagnostics;

namespace StreamCoord.Cluster.Tests.Load;

/// <summary>What was appended to a topic, and what was acknowledged of it. Every value is unique. Safe for concurrent use.</summary>
internal sealed class AppendHistory(string topic)
{
    private readonly ConcurrentQueue<Acknowledgement> _acknowledged = new();
    private readonly ConcurrentDictionary<string, byte> _sent = new();
    private readonly ConcurrentDictionary<string, int> _failures = new();

    public string Topic => topic;

    public IReadOnlyCollection<Acknowledgement> Acknowledged => _acknowledged;

    public ICollection<string> Sent => _sent.Keys;

    /// <summary>The refusals and failures, and how many there were of each.</summary>
    public IReadOnlyDictionary<string, int> Failures => _failures;

    public void Send(string value) => Assert.True(_sent.TryAdd(value, 0));

    public void Acknowledge(int partition, long offset, string value) => _acknowledged.Enqueue(new(partition, offset, value, Stopwatch.GetTimestamp()));

    public void Fail(string why) => _failures.AddOrUpdate(why, 1, (_, count) => count + 1);

    /// <summary>The longest time without an acknowledgement in a partition, of those that had begun by <paramref name="since"/> or later.</summary>
    public TimeSpan LongestGap(int partition, long since)
    {
        long last = since;
        TimeSpan longest = TimeSpan.Zero;
        foreach (Acknowledgement one in _acknowledged.Where(one => one.Partition == partition && one.At >= since))
        {
            TimeSpan gap = Stopwatch.GetElapsedTime(last, one.At);
            (longest, last) = (gap > longest ? gap : longest, Math.Max(last, one.At));
        }
        return longest;
    }

    /// <summary>When that time began and ended, by the wall clock.</summary>
    public string DescribeGap(int partition, long since)
    {
        Acknowledgement[] own = [.. _acknowledged.Where(one => one.Partition == partition && one.At >= since)];
        (Acknowledgement before, Acknowledgement after) = own.Zip(own.Skip(1)).MaxBy(pair => pair.Second.At - pair.First.At);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        return FormattableString.Invariant($"{now - Stopwatch.GetElapsedTime(before.At):HH:mm:ss.fff} to {now - Stopwatch.GetElapsedTime(after.At):HH:mm:ss.fff}");
    }

    /// <summary>How long after <paramref name="since"/> the first acknowledgement of what was sent to the partition came; null when none has.</summary>
    public TimeSpan? FirstAfter(int partition, long since) =>
        _acknowledged.FirstOrDefault(one => one.Partition == partition && one.At >= since) is { } first ? Stopwatch.GetElapsedTime(since, first.At) : null;

    public string Describe() => FormattableString.Invariant(
        $"{topic}: {_acknowledged.Count} acknowledged of {_sent.Count}; {string.Join("; ", _failures.OrderByDescending(pair => pair.Value).Take(8).Select(pair => FormattableString.Invariant($"{pair.Value} x {pair.Key}")))}");
}

/// <summary>A record that was told to be durable.</summary>
/// <param name="Partition">Where.</param>
/// <param name="Offset">Where; -1 when that was not told.</param>
/// <param name="Value">What.</param>
/// <param name="At">When that was heard.</param>
internal sealed record Acknowledgement(int Partition, long Offset, string Value, long At);
