using CsCheck;

namespace StreamCoord.Security.Tests.Quotas;

public sealed class RateMeterTests
{
    [Fact]
    public void ABurst_IsSpreadOverTheWindow()
    {
        var meter = new RateMeter();
        meter.Record(1_000, TimeSpan.Zero);
        Assert.Equal(TimeSpan.Zero, meter.Delay(100, TimeSpan.Zero));

        meter.Record(1_000, TimeSpan.Zero);

        // 2,000 in a window of 10 s are 200 a second: (200 - 100) / 100 x 10 s.
        Assert.Equal(TimeSpan.FromSeconds(10), meter.Delay(100, TimeSpan.Zero));
    }

    [Fact]
    public void WhatIsOlderThanTheWindow_IsForgotten()
    {
        var meter = new RateMeter();
        meter.Record(10_000, TimeSpan.Zero);

        Assert.True(meter.Delay(100, TimeSpan.FromSeconds(11)) > TimeSpan.Zero);
        Assert.Equal(TimeSpan.Zero, meter.Delay(100, TimeSpan.FromSeconds(11.1)));
        Assert.True(meter.IsOver(TimeSpan.FromSeconds(11.1)));
    }

    /// <summary>Whoever always waits as long as it is told, and brings less at once than a second may have, gets what the limit allows and not much more.</summary>
    [Fact]
    public void AnObedientClient_GetsItsLimit()
    {
        Gen.Select(Gen.Int[100, 100_000], Gen.Int[1, 100]).Sample((limit, percent) =>
        {
            int portion = limit * percent / 100;
            var meter = new RateMeter();
            TimeSpan now = TimeSpan.Zero;
            double sum = 0;
            for (int i = 0; i < 500; i++)
            {
                meter.Record(portion, now);
                sum += portion;
                now += TimeSpan.FromMilliseconds(50) + meter.Delay(limit, now);
            }
            double window = limit * (RateMeter.SamplesMax + 1.0);
            // The window is measured in whole seconds, so a little more comes through.
            Assert.True(sum <= (now.TotalSeconds * limit * 1.2) + window + portion, $"{sum} in {now} with a limit of {limit}");
        });
    }

    [Fact]
    public void ASum_IsThatOfANaiveModel()
    {
        Gen.Select(Gen.Int[0, 3_000], Gen.Int[0, 1_000]).Array[1, 60].Sample(steps =>
        {
            var meter = new RateMeter();
            List<(TimeSpan Start, double Sum)> samples = [];
            TimeSpan now = TimeSpan.Zero;
            foreach ((int waitMs, int amount) in steps)
            {
                now += TimeSpan.FromMilliseconds(waitMs);
                meter.Record(amount, now);
                if (samples.Count == 0 || now - samples[^1].Start >= TimeSpan.FromSeconds(1))
                {
                    samples.Add((now, 0));
                }
                samples[^1] = (samples[^1].Start, samples[^1].Sum + amount);
            }
            (TimeSpan Start, double Sum)[] live = [.. samples.TakeLast(11).Where(one => now - one.Start <= TimeSpan.FromSeconds(11))];
            double seconds = (now - live[0].Start).TotalSeconds;
            double window = seconds + Math.Max(0, 10 - Math.Floor(seconds));
            double rate = live.Sum(one => one.Sum) / window;
            Assert.Equal(rate <= 50 ? 0 : (rate - 50) / 50 * window, meter.Delay(50, now).TotalSeconds, 3);
        });
    }
}
