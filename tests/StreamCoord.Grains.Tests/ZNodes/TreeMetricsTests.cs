using StreamCoord.Coordination.Tree;
using StreamCoord.Grains.ZNodes;

namespace StreamCoord.Grains.Tests.ZNodes;

/// <summary>What a silo says about its copy of the tree.</summary>
public sealed class TreeMetricsTests
{
    [Fact]
    public void ApplyLag_IsWhatIsCommittedAndNotAppliedYet()
    {
        const string Lag = "streamcoord.znodes.apply_lag";
        using var metrics = new TreeMetrics();
        using var reader = new MetricReader(metrics.Meter);
        var tree = new ZNodeTree();
        var committed = new Offset(3);
        metrics.Observe(tree, () => committed);
        Assert.Equal(3, reader.Read(Lag));

        tree.CompleteBatch(committed);
        Assert.Equal(0, reader.Read(Lag));
        committed = new Offset(10);
        Assert.Equal(7, reader.Read(Lag));

        // Applied after the end was read.
        tree.CompleteBatch(new Offset(12));
        Assert.Equal(0, reader.Read(Lag));
    }
}
