using Npgsql;
using StreamCoord.Cluster.Tests.Running;

namespace StreamCoord.Cluster.Tests.Faults;

/// <summary>Draws who is cut off from whom, in both directions or in one. Holds nothing; cuts nothing.</summary>
internal sealed class NetworkCuts(TestCluster cluster, string topicId)
{
    private static readonly TimeSpan LookUpLimit = TimeSpan.FromSeconds(1);

    private static int[] Silos => [.. Enumerable.Range(1, TestCluster.NodeCount)];

    public async Task<NetworkCut> DrawAsync(Random draw)
    {
        int kind = draw.Next(100);
        string what;
        (int One, int Other)[] pairs;
        if (kind < 70)
        {
            (what, int node) = await DrawNodeAsync(draw);
            (string from, pairs) = DrawOthers(node, draw);
            what = $"cut {what} off from {from}";
        }
        else
        {
            (what, pairs) = DrawMany(draw);
        }
        return draw.Next(3) switch
        {
            0 => new($"{what}, what it sends", pairs),
            1 => new($"{what}, what it is sent", [.. pairs.Select(pair => (pair.Other, pair.One))]),
            _ => new(what, [.. pairs, .. pairs.Select(pair => (pair.Other, pair.One))]),
        };
    }

    private async Task<(string What, int Node)> DrawNodeAsync(Random draw)
    {
        int any = draw.Next(1, TestCluster.NodeCount + 1);
        switch (draw.Next(4))
        {
            case 0:
                int keeper = await FindLeaderAsync(TestCluster.TreeTopicId) ?? any;
                return ($"{keeper}, which leads the tree,", keeper);
            case 1:
                int leader = await FindLeaderAsync(topicId) ?? any;
                return ($"{leader}, which leads a partition,", leader);
            case 2:
                int follower = (await FindLeaderAsync(topicId) ?? any) % TestCluster.NodeCount + 1;
                return ($"{follower}, which follows,", follower);
            default:
                return ($"{any}", any);
        }
    }

    private static (string From, (int One, int Other)[] Pairs) DrawOthers(int node, Random draw)
    {
        int[] peers = [.. Silos.Where(other => other != node)];
        (string from, int[] others) = draw.Next(100) switch
        {
            < 30 => ("its peers", peers),
            < 50 => ("one peer", [peers[draw.Next(peers.Length)]]),
            < 70 => ("the database", [ClusterNetwork.Database]),
            < 80 => ("its peers and the database", [.. peers, ClusterNetwork.Database]),
            _ => ("everybody", (int[])[.. peers, ClusterNetwork.Database, ClusterNetwork.Clients]),
        };
        return (from, [.. others.Select(other => (node, other))]);
    }

    private static (string What, (int One, int Other)[] Pairs) DrawMany(Random draw)
    {
        int rest = draw.Next(1, TestCluster.NodeCount + 1);
        (int, int)[] RestFrom(params int[] others) => [.. others.SelectMany(other => Silos.Where(silo => silo != rest).Select(silo => (silo, other)))];
        return draw.Next(5) switch
        {
            0 => ($"cut all but {rest} off from it", RestFrom(rest)),
            1 => ($"cut all but {rest} off from it and the database", RestFrom(rest, ClusterNetwork.Database)),
            2 => ("cut all off from each other", [.. Silos.SelectMany(one => Silos.Where(other => other > one).Select(other => (one, other)))]),
            3 => ("cut all off from the database", [.. Silos.Select(silo => (silo, ClusterNetwork.Database))]),
            _ => ("cut all off from their clients", [.. Silos.Select(silo => (silo, ClusterNetwork.Clients))]),
        };
    }

    // Null while nobody leads, or the database does not answer.
    private async Task<int?> FindLeaderAsync(string topic)
    {
        try
        {
            return (await cluster.ReadRowsAsync().WaitAsync(LookUpLimit)).FirstOrDefault(row => row.TopicId == topic && row.Partition == 0)?.Leader is > 0 and var leader ? leader : null;
        }
        catch (Exception failure) when (failure is NpgsqlException or TimeoutException or IOException)
        {
            return null;
        }
    }
}
