using StreamCoord.Security;

namespace StreamCoord.Gateway.Kafka.Clients;

/// <summary>
/// What one request takes of its client's quotas, and how long the client must be silent afterwards (KIP-219): the longest of what its quotas ask for. Safe for concurrent use.
/// </summary>
internal sealed class RequestThrottle(ClientQuotas? quotas, string user, string clientId, TimeProvider? time)
{
    private static readonly TimeSpan ThreadDelayMax = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private TimeSpan _delay;

    /// <summary>Nothing is bounded.</summary>
    public static RequestThrottle None { get; } = new(null, "", "", null);

    /// <summary>How long the client must be silent.</summary>
    public TimeSpan Delay
    {
        get
        {
            lock (_gate)
            {
                return _delay;
            }
        }
    }

    /// <summary>The most bytes that a fetch may give at once.</summary>
    public long FetchBytesMax => quotas?.WindowBytes(user, clientId) ?? long.MaxValue;

    /// <summary>Bytes were brought.</summary>
    public void Produced(long bytes) => Raise(quotas?.Record(QuotaKind.ProducerByteRate, user, clientId, bytes) ?? TimeSpan.Zero);

    /// <summary>Whether bytes may be given now; else none are, and the client asks again later.</summary>
    public bool TryFetch(long bytes)
    {
        TimeSpan delay = quotas?.Record(QuotaKind.ConsumerByteRate, user, clientId, bytes) ?? TimeSpan.Zero;
        if (delay > TimeSpan.Zero)
        {
            quotas!.TakeBack(QuotaKind.ConsumerByteRate, user, clientId, bytes);
            Raise(delay);
        }
        return delay == TimeSpan.Zero;
    }

    /// <summary>Whether so many partitions may be made or deleted now; else the client is answered <see cref="ErrorCode.ThrottlingQuotaExceeded"/>.</summary>
    /// <param name="partitions">How many.</param>
    /// <param name="isStrict">Whether the version has that error; older ones get what they want, and wait.</param>
    public bool TryMutate(double partitions, bool isStrict)
    {
        (bool isTaken, TimeSpan wait) = quotas?.Mutate(user, clientId, partitions, isStrict) ?? (true, TimeSpan.Zero);
        Raise(wait);
        return isTaken;
    }

    /// <summary>When a thread begins to work for the request.</summary>
    public long BeginWork() => time?.GetTimestamp() ?? 0;

    /// <summary>When it ends.</summary>
    public void EndWork(long begun)
    {
        if (quotas is not null)
        {
            TimeSpan delay = quotas.Record(QuotaKind.RequestPercentage, user, clientId, time!.GetElapsedTime(begun).TotalSeconds * 100);
            Raise(delay < ThreadDelayMax ? delay : ThreadDelayMax);
        }
    }

    private void Raise(TimeSpan delay)
    {
        if (delay > TimeSpan.Zero)
        {
            lock (_gate)
            {
                _delay = delay > _delay ? delay : _delay;
            }
        }
    }
}
