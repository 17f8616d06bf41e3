namespace StreamCoord.Security;

/// <summary>
/// How much of something there is in a second, over the last <see cref="SamplesMax"/> samples of a second each, as Kafka measures it. The clock comes in with each call. For one caller at a time.
/// </summary>
/// <remarks>The window is never shorter than <see cref="SamplesMax"/> - 1 seconds, so that a first burst does not look like a rate.</remarks>
public sealed class RateMeter
{
    /// <summary>How many samples there are, the one that is not full among them.</summary>
    public const int SamplesMax = 11;

    /// <summary>The shortest time that a rate is measured over. Seconds.</summary>
    public const int WindowSecondsMin = SamplesMax - 1;

    private readonly (TimeSpan Start, double Sum)[] _samples = new (TimeSpan, double)[SamplesMax];
    private int _count;
    private int _newest = -1;

    /// <summary>Adds to what there is now.</summary>
    public void Record(double amount, TimeSpan now)
    {
        if (_count == 0 || now - _samples[_newest].Start >= TimeSpan.FromSeconds(1))
        {
            _newest = (_newest + 1) % SamplesMax;
            _count = Math.Min(_count + 1, SamplesMax);
            _samples[_newest] = (now, 0);
        }
        _samples[_newest].Sum += amount;
    }

    /// <summary>How long callers must wait until they are back at a limit: (rate - limit) / limit x window; zero while they are below it.</summary>
    /// <param name="limit">What a second may have. Above 0.</param>
    /// <param name="now">Now.</param>
    public TimeSpan Delay(double limit, TimeSpan now)
    {
        (double sum, double windowSeconds) = Measure(now);
        double rate = sum / windowSeconds;
        return rate <= limit ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Min((rate - limit) / limit * windowSeconds, TimeSpan.FromHours(1).TotalSeconds));
    }

    /// <summary>Whether everything in it is over.</summary>
    public bool IsOver(TimeSpan now) => _count == 0 || now - _samples[_newest].Start > TimeSpan.FromSeconds(SamplesMax);

    private (double Sum, double WindowSeconds) Measure(TimeSpan now)
    {
        double sum = 0;
        TimeSpan oldest = now;
        for (int i = 0; i < _count; i++)
        {
            (TimeSpan start, double amount) = _samples[i];
            if (now - start <= TimeSpan.FromSeconds(SamplesMax))
            {
                sum += amount;
                oldest = start < oldest ? start : oldest;
            }
        }
        double elapsedSeconds = (now - oldest).TotalSeconds;
        double missingSeconds = Math.Max(0, WindowSecondsMin - Math.Floor(elapsedSeconds));
        return (sum, elapsedSeconds + missingSeconds);
    }
}
