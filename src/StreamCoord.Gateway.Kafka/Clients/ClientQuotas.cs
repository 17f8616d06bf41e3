using System.Collections.Concurrent;
using StreamCoord.Security;

namespace StreamCoord.Gateway.Kafka.Clients;

/// <summary>Measures what users and clients take who have a quota, each by itself. One per silo, and for what this silo serves; safe for concurrent use.</summary>
/// <remarks>Measures that nobody uses any more are dropped when there are many: meters &lt;= those used within <see cref="RateMeter.SamplesMax"/> seconds, plus <see cref="MetersBeforeSweep"/>.</remarks>
internal sealed class ClientQuotas(ISecurityStore store, TimeProvider time)
{
    private const int MetersBeforeSweep = 10_000;

    private readonly ConcurrentDictionary<(QuotaKind Kind, QuotaEntity Sharing), Meter> _meters = new();
    private readonly long _started = time.GetTimestamp();
    private int _sweepAt = MetersBeforeSweep;

    /// <summary>What bounds a request; <see cref="RequestThrottle.None"/> where nobody has a quota.</summary>
    public RequestThrottle For(string user, string clientId) => store.Current.Quotas.IsEmpty ? RequestThrottle.None : new RequestThrottle(this, user, clientId, time);

    /// <summary>Adds to what there is of a kind, and says how long the client must be silent for it.</summary>
    public TimeSpan Record(QuotaKind kind, string user, string clientId, double amount) => Record(kind, store.Current.Quotas.Find(kind, user, clientId), amount);

    /// <summary>The same for a connection from an address.</summary>
    public TimeSpan RecordConnection(string ip) => Record(QuotaKind.ConnectionCreationRate, store.Current.Quotas.Find(QuotaKind.ConnectionCreationRate, ip), 1);

    /// <summary>Takes back what was added and has not happened.</summary>
    public void TakeBack(QuotaKind kind, string user, string clientId, double amount)
    {
        if (store.Current.Quotas.Find(kind, user, clientId) is { } quota)
        {
            Meter meter = MeterOf(kind, quota.Sharing);
            lock (meter)
            {
                meter.Rate.Record(-amount, Now());
            }
        }
    }

    /// <summary>How many bytes a client may be given at once without waiting longer than a window for it; no bound without a quota.</summary>
    public long WindowBytes(string user, string clientId) => store.Current.Quotas.Find(QuotaKind.ConsumerByteRate, user, clientId) is { } quota
        ? (long)Math.Min(quota.Limit * RateMeter.WindowSecondsMin, long.MaxValue)
        : long.MaxValue;

    /// <summary>Takes changes of the cluster from a client's bucket. When it is empty a strict client gets none; another one gets them and waits.</summary>
    public (bool IsTaken, TimeSpan Wait) Mutate(string user, string clientId, double count, bool isStrict)
    {
        if (store.Current.Quotas.Find(QuotaKind.ControllerMutationRate, user, clientId) is not { } quota)
        {
            return (true, TimeSpan.Zero);
        }
        Meter meter = MeterOf(QuotaKind.ControllerMutationRate, quota.Sharing);
        lock (meter)
        {
            return isStrict ? meter.Bucket.TryTake(count, quota.Limit, Now()) : (true, meter.Bucket.Take(count, quota.Limit, Now()));
        }
    }

    private TimeSpan Record(QuotaKind kind, (double Limit, QuotaEntity Sharing)? quota, double amount)
    {
        if (quota is not { } found)
        {
            return TimeSpan.Zero;
        }
        Meter meter = MeterOf(kind, found.Sharing);
        lock (meter)
        {
            meter.Rate.Record(amount, Now());
            return meter.Rate.Delay(found.Limit, Now());
        }
    }

    private Meter MeterOf(QuotaKind kind, QuotaEntity sharing)
    {
        Meter meter = _meters.GetOrAdd((kind, sharing), _ => new Meter());
        if (_meters.Count > Volatile.Read(ref _sweepAt))
        {
            Sweep();
        }
        return meter;
    }

    private void Sweep()
    {
        foreach (((QuotaKind Kind, QuotaEntity Sharing) key, Meter meter) in _meters)
        {
            lock (meter)
            {
                bool isUnused = key.Kind == QuotaKind.ControllerMutationRate ? meter.Bucket.IsIdle(Now()) : meter.Rate.IsOver(Now());
                if (isUnused)
                {
                    _meters.TryRemove(KeyValuePair.Create(key, meter));
                }
            }
        }
        Volatile.Write(ref _sweepAt, _meters.Count + MetersBeforeSweep);
    }

    private TimeSpan Now() => time.GetElapsedTime(_started);

    private sealed class Meter
    {
        public RateMeter Rate { get; } = new();

        public TokenBucket Bucket { get; } = new();
    }
}
