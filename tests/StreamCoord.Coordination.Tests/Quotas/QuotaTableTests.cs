using CsCheck;
using StreamCoord.Coordination.Quotas;
using StreamCoord.ZNodes;

namespace StreamCoord.Coordination.Tests.Quotas;

public sealed class QuotaTableTests
{
    private enum Outcome
    {
        Within,
        Warned,
        Refused,
    }

    /// <summary>Soft and hard limit, usage before, growth, and what comes of it with and without enforcement.</summary>
    public static TheoryData<long, long, long, long, int, int> Matrix => new()
    {
        { -1, -1, 100, 1, 0, 0 },
        { 10, -1, 9, 1, 0, 0 },
        { 10, -1, 10, 1, 1, 1 },
        { 10, -1, 11, 0, 0, 0 },
        { 10, -1, 12, -1, 1, 1 },
        { 10, -1, 12, -2, 0, 0 },
        { -1, 10, 9, 1, 0, 0 },
        { -1, 10, 10, 1, 2, 1 },
        { -1, 10, 11, 0, 0, 0 },
        { -1, 10, 12, -1, 2, 1 },
        { 5, 10, 8, 1, 0, 0 },
        { 5, 10, 10, 1, 2, 1 },
        { 20, 10, 10, 1, 2, 1 },
        { 0, -1, 0, 1, 1, 1 },
        { -1, 0, 0, 1, 2, 1 },
        { -5, -5, 100, 1, 0, 0 },
    };

    [Theory]
    [MemberData(nameof(Matrix))]
    public void Limits_are_held_against_the_usage_to_come(long soft, long hard, long used, long delta, int enforced, int notEnforced)
    {
        foreach (bool enforce in new[] { true, false })
        {
            var expected = (Outcome)(enforce ? enforced : notEnforced);
            Assert.Equal(expected, Of(Table(new(Count: soft, HardCount: hard), new(used, 1_000)).Check("/q/a", delta, 5, enforce)));
            Assert.Equal(expected, Of(Table(new(Bytes: soft, HardBytes: hard), new(1_000, used)).Check("/q/a", 1, delta, enforce)));
        }
    }

    [Fact]
    public void A_hard_limit_comes_before_a_soft_one()
    {
        Assert.Equal(Outcome.Refused, Of(Table(new(Count: 0, HardBytes: 0), new(1, 1)).Check("/q", 1, 1, enforce: true)));
        Assert.Equal(Outcome.Refused, Of(Table(new(HardCount: 0, Bytes: 0), new(1, 1)).Check("/q", 1, 1, enforce: true)));
        Assert.Equal(Outcome.Warned, Of(Table(new(Count: 0, HardBytes: 9), new(1, 1)).Check("/q", 1, 1, enforce: true)));
    }

    [Fact]
    public void Messages_name_znode_and_limit()
    {
        QuotaTable table = Table(new(Count: 3, HardBytes: 10), new(3, 9));
        Assert.Equal("The quota of /q allows 10 bytes; there would be 11.", table.Check("/q/a", 0, 2, enforce: true).Exceeded);
        Assert.Equal("The quota of /q allows 3 znodes (a soft limit); there would be 4.", table.Check("/q/a", 1, 0, enforce: true).Exceeded);
    }

    [Theory]
    [InlineData("/q", true)]
    [InlineData("/q/a", true)]
    [InlineData("/q/a/b", true)]
    [InlineData("/qq", false)]
    [InlineData("/", false)]
    [InlineData("/a/q", false)]
    public void A_quota_is_for_its_znode_and_what_is_below(string path, bool isCovered) =>
        Assert.Equal(isCovered ? "/q" : null, Table(QuotaLimits.None, default).Find(path)?.Path);

    [Fact]
    public void A_table_without_quotas_allows_everything()
    {
        var table = new QuotaTable();
        Assert.True(table.IsEmpty);
        table.Add("/q", 1, 1);
        Assert.Equal(default, table.Check("/q", 1, 1, enforce: true));
        table.Set("/q", new(HardCount: 0), default);
        Assert.False(table.IsEmpty);
        table.Remove(null);
        table.Remove("/q");
        Assert.True(table.IsEmpty);
    }

    [Fact]
    public void Usage_follows_a_naive_count()
    {
        string[] paths = ["/", "/a", "/a/b", "/a/b/c", "/a/bc", "/b", "/b/a", "/b/a/d"];
        Gen<string> path = Gen.OneOf(paths);
        Gen.Select(path.Where(p => p != "/").HashSet[0, 3], Gen.Select(path, Gen.Int[-3, 3], Gen.Int[-9, 9]).Array[0, 20]).Sample((quotas, changes) =>
        {
            var table = new QuotaTable();
            foreach (string quota in quotas)
            {
                table.Set(quota, QuotaLimits.None, default);
            }
            var expected = quotas.ToDictionary(q => q, _ => default(QuotaUsage));
            foreach ((string changed, int count, int bytes) in changes)
            {
                table.Add(changed, count, bytes);
                string? nearest = quotas.Where(q => changed == q || changed.StartsWith(q + "/", StringComparison.Ordinal)).MaxBy(q => q.Length);
                if (nearest is not null)
                {
                    expected[nearest] = expected[nearest].Add(count, bytes);
                }
            }
            Assert.All(quotas, q => Assert.Equal(expected[q], table.Find(q)!.Usage));
            table.Recount(p => new QuotaUsage(p.Length, 7));
            Assert.All(quotas, q => Assert.Equal(new QuotaUsage(q.Length, 7), table.Find(q)!.Usage));
        });
    }

    private static QuotaTable Table(QuotaLimits limits, QuotaUsage usage)
    {
        var table = new QuotaTable();
        table.Set("/q", limits, usage);
        return table;
    }

    private static Outcome Of(QuotaCheck check) =>
        check.Error == ZNodeError.QuotaExceeded ? Outcome.Refused : check.Exceeded is null ? Outcome.Within : Outcome.Warned;
}
