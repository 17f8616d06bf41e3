using System.Text;
using CsCheck;
using StreamCoord.Coordination.Quotas;

namespace StreamCoord.Coordination.Tests.Quotas;

public sealed class QuotaTextTests
{
    /// <summary>What ZooKeeper 3.8.0's own code reads and writes.</summary>
    [Theory]
    [InlineData("", -1, -1, -1, -1)]
    [InlineData("count=1,bytes=2", 1, 2, -1, -1)]
    [InlineData("count=1;bytes=2", 1, 2, -1, -1)]
    [InlineData("count=1,,bytes=2", 1, 2, -1, -1)]
    [InlineData("bytes=2,count=1", 1, 2, -1, -1)]
    [InlineData("count=1", 1, -1, -1, -1)]
    [InlineData("bytes=5", -1, 5, -1, -1)]
    [InlineData("count=1,bytes=2=;byteHardLimit=3;countHardLimit=4", 1, 2, 4, 3)]
    [InlineData("count=1,bytes=2=;byteHardLimit=3", 1, 2, -1, 3)]
    [InlineData("count=-1,bytes=-1=;countHardLimit=4", -1, -1, 4, -1)]
    [InlineData("count=1,bytes=2=;byteHardLimit=3;countHardLimit=4;x=9", 1, 2, 4, 3)]
    [InlineData("foo=1", -1, -1, -1, -1)]
    [InlineData(" count=1,bytes=2", -1, 2, -1, -1)]
    [InlineData("count=1, bytes=2", 1, -1, -1, -1)]
    [InlineData("count=1,count=2", 2, -1, -1, -1)]
    [InlineData("count==1,bytes=2", -1, 2, -1, -1)]
    [InlineData("count=99999999999999", 99999999999999, -1, -1, -1)]
    public void Limits_are_read_as_ZooKeeper_reads_them(string text, long count, long bytes, long hardCount, long hardBytes) =>
        Assert.Equal(new QuotaLimits(count, bytes, hardCount, hardBytes), QuotaLimits.Parse(Encoding.UTF8.GetBytes(text)));

    /// <summary>ZooKeeper fails on these with an exception, later.</summary>
    [Theory]
    [InlineData("foo")]
    [InlineData("=")]
    [InlineData("count")]
    [InlineData("count=")]
    [InlineData("count=x,bytes=2\n")]
    [InlineData("count=9999999999999999999999")]
    [InlineData("\0\u00ff")]
    public void What_is_no_limit_limits_nothing(string text) => Assert.Equal(QuotaLimits.None, QuotaLimits.Parse(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData(1, 2, -1, -1, "count=1,bytes=2")]
    [InlineData(-1, -1, -1, -1, "count=-1,bytes=-1")]
    [InlineData(1, 2, 4, 3, "count=1,bytes=2=;byteHardLimit=3;countHardLimit=4")]
    [InlineData(1, 2, -1, 3, "count=1,bytes=2=;byteHardLimit=3")]
    [InlineData(-1, -1, 4, -1, "count=-1,bytes=-1=;countHardLimit=4")]
    public void Limits_are_written_as_ZooKeeper_writes_them(long count, long bytes, long hardCount, long hardBytes, string expected) =>
        Assert.Equal(expected, new QuotaLimits(count, bytes, hardCount, hardBytes).Format());

    [Fact]
    public void Limits_survive_writing_and_reading() =>
        Gen.Select(Gen.Long[-1, long.MaxValue], Gen.Long[-1, 3], Gen.Long[-1, 3], Gen.Long[-1, 3]).Sample((count, bytes, hardCount, hardBytes) =>
        {
            var limits = new QuotaLimits(count, bytes, hardCount, hardBytes);
            return limits == QuotaLimits.Parse(Encoding.UTF8.GetBytes(limits.Format()));
        });

    [Fact]
    public void Any_bytes_can_be_read() => Gen.OneOf(Gen.Byte, Gen.OneOf("=,;0123count"u8.ToArray())).Array[0, 60].Sample(text => _ = QuotaLimits.Parse(text));

    [Fact]
    public void Usage_is_written_as_ZooKeeper_writes_it() => Assert.Equal("count=3,bytes=12", new QuotaUsage(3, 12).Format());

    [Theory]
    [InlineData("/zookeeper/quota/a/zookeeper_limits", "/a")]
    [InlineData("/zookeeper/quota/a/b/zookeeper_limits", "/a/b")]
    [InlineData("/zookeeper/quota/zookeeper_limits", null)]
    [InlineData("/zookeeper/quota/a/zookeeper_stats", null)]
    [InlineData("/zookeeper/quota/a/zookeeper_limits/b", null)]
    [InlineData("/zookeeper/quota/a/xzookeeper_limits", null)]
    [InlineData("/zookeeper/quotas/a/zookeeper_limits", null)]
    [InlineData("/a/zookeeper_limits", null)]
    [InlineData("/zookeeper_limits", null)]
    [InlineData("/zookeeper/quota", null)]
    [InlineData("/", null)]
    public void Paths_of_limits_lead_back_to_the_znode(string path, string? expected)
    {
        Assert.Equal(expected, QuotaPaths.PrefixOfLimits(path));
        if (expected is not null)
        {
            Assert.Equal(path, QuotaPaths.LimitsOf(expected));
        }
    }

    [Theory]
    [InlineData("/zookeeper/quota/a/zookeeper_stats", "/a")]
    [InlineData("/zookeeper/quota/zookeeper_stats", null)]
    [InlineData("/zookeeper/quota/a/zookeeper_limits", null)]
    public void Paths_of_usage_lead_back_to_the_znode(string path, string? expected)
    {
        Assert.Equal(expected, QuotaPaths.PrefixOfStats(path));
        Assert.True(expected is null || path == QuotaPaths.StatsOf(expected));
    }
}
