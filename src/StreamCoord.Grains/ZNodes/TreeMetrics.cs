using System.Diagnostics.Metrics;
using StreamCoord.Coordination.Tree;

namespace StreamCoord.Grains.ZNodes;

/// <summary>The numbers of this silo's tree and of the sequencer, if it is here: meter <c>StreamCoord.ZNodes</c>. Safe for concurrent use.</summary>
internal sealed class TreeMetrics : IDisposable
{
    private static readonly InstrumentAdvice<int> GroupBuckets = new() { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096] };

    private readonly Counter<long> _transactions;
    private readonly Counter<long> _refusals;
    private readonly Counter<long> _expired;
    private readonly Histogram<int> _batchRequests;

    public TreeMetrics()
    {
        _transactions = Meter.CreateCounter<long>("streamcoord.znodes.transactions", "{transaction}", "Transactions that the sequencer has decided on.");
        _refusals = Meter.CreateCounter<long>("streamcoord.znodes.refusals", "{request}", "Writes that the sequencer has refused.");
        _expired = Meter.CreateCounter<long>("streamcoord.znodes.expired_sessions", "{session}", "Sessions that ended because their client was not heard of.");
        _batchRequests = Meter.CreateHistogram<int>("streamcoord.znodes.batch.requests", "{request}", "Writes that reached the sequencer in one call.", advice: GroupBuckets);
    }

    /// <summary>What the instruments belong to, for those who listen to one silo of several.</summary>
    public Meter Meter { get; } = new("StreamCoord.ZNodes");

    public void Dispose() => Meter.Dispose();

    /// <summary>Shows a tree's sizes, and how far it is behind its log, from now on.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="committed">Where the part of the log ends that this silo knows to be committed.</param>
    public void Observe(ZNodeTree tree, Func<Offset> committed)
    {
        Gauge("streamcoord.znodes.count", "{znode}", "Znodes.", () => tree.NodeCount);
        Gauge("streamcoord.znodes.ephemerals", "{znode}", "Ephemeral znodes.", () => tree.EphemeralCount);
        Gauge("streamcoord.znodes.sessions", "{session}", "Sessions that live.", () => tree.Sessions.Count);
        Gauge("streamcoord.znodes.watches", "{watch}", "Watches of this silo's connections.", () => tree.WatchCount);
        Meter.CreateObservableGauge("streamcoord.znodes.applied_zxid", () => tree.Applied.Value, description: "The newest transaction that reads on this silo see.");
        Meter.CreateObservableGauge("streamcoord.znodes.apply_lag", () => LagOf(tree, committed()), "{record}", "Records that this silo knows to be committed and has not applied to its tree yet.");

        void Gauge(string name, string unit, string description, Func<int> read) => Meter.CreateObservableGauge(
            name,
            () =>
            {
                lock (tree.Gate)
                {
                    return read();
                }
            },
            unit,
            description);
    }

    public void Decided(int requests, int refused)
    {
        _batchRequests.Record(requests);
        _transactions.Add(requests - refused);
        if (refused > 0)
        {
            _refusals.Add(refused);
        }
    }

    public void Expired() => _expired.Add(1);

    private static long LagOf(ZNodeTree tree, Offset committed)
    {
        lock (tree.Gate)
        {
            return Math.Max(committed - tree.NextOffset, 0);
        }
    }
}
