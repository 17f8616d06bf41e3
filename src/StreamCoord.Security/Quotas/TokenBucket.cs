namespace StreamCoord.Security;

/// <summary>
/// A bucket that fills at a rate and is emptied by what is done (KIP-599): who finds it not empty may do something of any size, which may leave it below nothing. The clock comes in with
/// each call. For one caller at a time.
/// </summary>
/// <remarks>Always tokens &lt;= rate x <see cref="RateMeter.SamplesMax"/> seconds.</remarks>
public sealed class TokenBucket
{
    private double _tokens = double.PositiveInfinity;
    private TimeSpan _filledAt;

    /// <summary>Takes tokens, and says how long it is until the bucket is not below nothing again; zero when it is not.</summary>
    /// <param name="count">How many.</param>
    /// <param name="ratePerSecond">How many come in a second. Above 0.</param>
    /// <param name="now">Now.</param>
    public TimeSpan Take(double count, double ratePerSecond, TimeSpan now)
    {
        Fill(ratePerSecond, now);
        _tokens -= count;
        return Wait(ratePerSecond);
    }

    /// <summary>Takes tokens if the bucket is not below nothing; else takes none, and says how long it is until then.</summary>
    public (bool IsTaken, TimeSpan Wait) TryTake(double count, double ratePerSecond, TimeSpan now)
    {
        Fill(ratePerSecond, now);
        if (_tokens < 0)
        {
            return (false, Wait(ratePerSecond));
        }
        _tokens -= count;
        return (true, TimeSpan.Zero);
    }

    /// <summary>Whether nobody has taken anything for so long that it is full, as a new one is.</summary>
    public bool IsIdle(TimeSpan now) => now - _filledAt > TimeSpan.FromHours(1);

    private void Fill(double ratePerSecond, TimeSpan now)
    {
        _tokens = Math.Min(_tokens + (Math.Max(0, (now - _filledAt).TotalSeconds) * ratePerSecond), ratePerSecond * RateMeter.SamplesMax);
        _filledAt = now;
    }

    private TimeSpan Wait(double ratePerSecond) => _tokens >= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Min(-_tokens / ratePerSecond, TimeSpan.FromHours(1).TotalSeconds));
}
