using System.Diagnostics.Metrics;
using StreamCoord.Grains.Cluster;
using StreamCoord.Grains.Leadership;
using StreamCoord.Replication;

namespace StreamCoord.Grains.Replicas;

/// <summary>
/// The numbers of this silo's copies, those that it leads and those that it follows: meter <c>StreamCoord.Replication</c>. One per silo; safe for concurrent use.
/// </summary>
/// <remarks>
/// What is counted over partitions is counted when somebody asks, from the rows and copies in memory: some milliseconds for ten thousand, no disk, no network, and no lock that is held over either. Counters are shown
/// as 0 from the start, or whoever watches for a rise would not see the first one.
/// </remarks>
internal sealed class ReplicaMetrics : IDisposable
{
    // From two copies on fast disks in one rack to the time after which a silent copy leaves the in-sync set; without advice, collectors take buckets made for milliseconds.
    private static readonly InstrumentAdvice<double> CommitBuckets = new()
    {
        HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    };

    private readonly Histogram<double> _commitSeconds;
    private long _leaderChanges;
    private long _inSyncShrinks;
    private long _inSyncExpands;
    private long _sentBytes;
    private long _receivedBytes;

    public ReplicaMetrics()
    {
        _commitSeconds = Meter.CreateHistogram<double>(
            "streamcoord.replication.commit.duration", "s", "Time from a record's write into the leader's log until all in-sync replicas have it.", advice: CommitBuckets);
        Meter.CreateObservableCounter("streamcoord.replication.leader_changes", () => Interlocked.Read(ref _leaderChanges), "{change}", "Partitions that this silo has taken over from another.");
        Meter.CreateObservableCounter("streamcoord.replication.isr_shrinks", () => Interlocked.Read(ref _inSyncShrinks), "{change}", "In-sync sets of partitions led here that lost a replica.");
        Meter.CreateObservableCounter("streamcoord.replication.isr_expands", () => Interlocked.Read(ref _inSyncExpands), "{change}", "In-sync sets of partitions led here that gained a replica.");
        Meter.CreateObservableCounter("streamcoord.replication.sent", () => Interlocked.Read(ref _sentBytes), "By", "Bytes of record batches pushed to followers, with those that were pushed again.");
        Meter.CreateObservableCounter("streamcoord.replication.received", () => Interlocked.Read(ref _receivedBytes), "By", "Bytes of record batches that leaders have pushed here.");
    }

    /// <summary>What the instruments belong to, for those who listen to one silo of several.</summary>
    public Meter Meter { get; } = new("StreamCoord.Replication");

    /// <inheritdoc/>
    public void Dispose() => Meter.Dispose();

    /// <summary>Shows a silo's partitions from now on.</summary>
    /// <param name="self">The silo.</param>
    /// <param name="rows">What it knows of all partitions.</param>
    /// <param name="nodes">Who lives.</param>
    /// <param name="copies">Its copies that are in use.</param>
    public void Observe(NodeId self, Leaderships rows, IClusterNodes nodes, Func<IEnumerable<PartitionReplica>> copies)
    {
        Count("streamcoord.replication.replicas", "{replica}", "Copies of partitions that this silo keeps.", () => rows.All.Count(row => row.Replicas.Contains(self)));
        Count("streamcoord.replication.leaders", "{partition}", "Partitions that this silo leads.", () => rows.All.Count(row => IsLedBy(self, row)));
        Count(
            "streamcoord.replication.under_replicated", "{partition}", "Partitions led here with fewer in-sync replicas than replicas, without those that are being added.",
            () => rows.All.Count(row => IsLedBy(self, row) && row.InSync.Members.Count < row.Assignment.Origin.Count));
        Count(
            "streamcoord.replication.under_min_isr", "{partition}", "Partitions led here that refuse acks=all, because too few replicas are in sync.",
            () => copies().Count(copy => copy.IsLeading && copy.InSync.Members.Count < copy.InSyncMin));
        Count("streamcoord.replication.offline", "{partition}", "Partitions of the whole cluster without a leader that lives, as this silo sees it.", () => CountOffline(rows, nodes.Alive));
        Meter.CreateObservableGauge("streamcoord.replication.follower_lag", () => LagMax(copies()), "{record}", "The most records that a follower of a partition led here has yet to acknowledge.");

        void Count(string name, string unit, string description, Func<int> count) => Meter.CreateObservableGauge(name, count, unit, description);
    }

    /// <summary>A copy of this silo has heard of its partition's new row.</summary>
    public void RowChanged(NodeId self, LeadershipRow before, LeadershipRow after)
    {
        if (after.LeaderNode != self)
        {
            return;
        }
        if (before.LeaderNode != self)
        {
            // The first leader of a new partition changes nothing.
            Interlocked.Add(ref _leaderChanges, before.LeaderNode is null ? 0 : 1);
            return;
        }
        Interlocked.Add(ref _inSyncShrinks, before.InSync.Members.Except(after.InSync.Members).Any() ? 1 : 0);
        Interlocked.Add(ref _inSyncExpands, after.InSync.Members.Except(before.InSync.Members).Any() ? 1 : 0);
    }

    public void Committed(TimeSpan duration) => _commitSeconds.Record(duration.TotalSeconds);

    public void Sent(long sizeBytes) => Interlocked.Add(ref _sentBytes, sizeBytes);

    public void Received(long sizeBytes) => Interlocked.Add(ref _receivedBytes, sizeBytes);

    // A partition that nobody has used yet has the leader that it will have.
    private static bool IsLedBy(NodeId self, LeadershipRow row) => (row.LeaderNode ?? row.InSync.Members[0].Node) == self;

    private static int CountOffline(Leaderships rows, IReadOnlySet<ReplicaId> alive) =>
        rows.All.Count(row => !row.InSync.Members.Any(member => (row.LeaderNode is null || row.LeaderNode == member.Node) && alive.Contains(member)));

    private static long LagMax(IEnumerable<PartitionReplica> copies)
    {
        long lag = 0;
        foreach (PartitionReplica copy in copies.Where(copy => copy.IsLeading && copy.Row.Replicas.Count > 1))
        {
            copy.UnderGate(leader => lag = Math.Max(lag, leader.FollowerLagMax));
        }
        return lag;
    }
}
