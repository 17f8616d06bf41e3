using StreamCoord.Conformance.Tests.Drivers;
using StreamCoord.Conformance.Tests.Operations;

namespace StreamCoord.Conformance.Tests.Comparison;

/// <summary>
/// The znodes that a silo keeps for itself from its start: brokers, topics, the controller. The reference gets the same, by the same transactions, before anything is
/// compared: they count where the root's children are counted.
/// </summary>
internal static class ServiceNodes
{
    /// <summary>Where a silo lists where its clients reach it; a server without an ensemble has nothing to list there.</summary>
    public const string Servers = "/zookeeper/config";

    /// <summary>The znode that a silo makes last.</summary>
    private const string Last = "/controller";

    /// <summary>Makes them at the reference. Returns the sessions that the ephemeral ones end with, the reference's and ours.</summary>
    /// <param name="reference">Where to make them.</param>
    /// <param name="ours">A silo that has just started.</param>
    /// <param name="super">A connection of each that may read everything.</param>
    /// <param name="superUser">user:password of the superuser.</param>
    public static async Task<(long Reference, long Ours)> CopyAsync(ITreeDriver reference, ITreeDriver ours, string super, string superUser)
    {
        while (!(await ours.RunAsync(new("exists", super) { Path = Last })).IsOk)
        {
            // The silo makes it soon after its start.
        }
        List<(TreeOperation Create, TreeStat Stat)> nodes = await ReadAsync(ours, super);
        TreeReply session = await reference.RunAsync(new("open", "service"));
        await reference.RunAsync(new("auth", "service") { User = superUser });
        foreach (IGrouping<long, (TreeOperation Create, TreeStat Stat)> transaction in nodes.GroupBy(node => node.Stat.Czxid).OrderBy(group => group.Key))
        {
            TreeReply made = await reference.RunAsync(new("multi", "service") { Ops = [.. transaction.Select(node => node.Create)] });
            Assert.True(made.IsOk, made.ToString());
        }
        return (session.Session, nodes.Select(node => node.Stat.EphemeralOwner).Distinct().Single(owner => owner != 0));
    }

    /// <summary>What creates them, parents first.</summary>
    private static async Task<List<(TreeOperation Create, TreeStat Stat)>> ReadAsync(ITreeDriver ours, string super)
    {
        var nodes = new List<(TreeOperation, TreeStat)>();
        var open = new Queue<string>(["/"]);
        while (open.TryDequeue(out string? path))
        {
            TreeReply children = await ours.RunAsync(new("children", super) { Path = path });
            foreach (string child in children.Children!.Where(child => path != "/" || child != "zookeeper"))
            {
                string childPath = $"{path.TrimEnd('/')}/{child}";
                TreeReply node = await ours.RunAsync(new("get", super) { Path = childPath });
                TreeReply acl = await ours.RunAsync(new("get_acl", super) { Path = childPath });
                Assert.Equal(node.Stat!.Czxid, node.Stat.Mzxid);
                string mode = node.Stat.EphemeralOwner == 0 ? "persistent" : "ephemeral";
                nodes.Add((new("create", "service") { Path = childPath, Data = node.Data, Mode = mode, Acl = acl.Acl }, node.Stat));
                open.Enqueue(childPath);
            }
        }
        return nodes;
    }
}
