using System.Diagnostics;

namespace StreamCoord.Benchmarks.Kafka;

/// <summary>How long each of many requests took, and all of them together. For one thread.</summary>
internal sealed class Latencies
{
    private readonly List<double> _milliseconds = [];
    private readonly long _begun = Stopwatch.GetTimestamp();

    public void Add(TimeSpan latency) => _milliseconds.Add(latency.TotalMilliseconds);

    public T Time<T>(Func<T> request)
    {
        long begun = Stopwatch.GetTimestamp();
        T result = request();
        Add(Stopwatch.GetElapsedTime(begun));
        return result;
    }

    public void Report(string what, long bytes, TimeSpan? processorTime)
    {
        double seconds = Stopwatch.GetElapsedTime(_begun).TotalSeconds;
        _milliseconds.Sort();
        string rate = bytes == 0 ? "" : $"{bytes / seconds / 1e6:N0} MB/s, {_milliseconds.Count / seconds:N0} requests/s, ";
        string processor = processorTime is { } time ? $"; the silo's processor time {time.TotalMilliseconds / _milliseconds.Count * 1000:N0} µs a request" : "";
        Console.WriteLine($"{what}: {rate}p50 {Percentile(0.5):N2} ms, p99 {Percentile(0.99):N2} ms, max {_milliseconds[^1]:N2} ms{processor}");
    }

    private double Percentile(double share) => _milliseconds[Math.Min((int)(_milliseconds.Count * share), _milliseconds.Count - 1)];
}
