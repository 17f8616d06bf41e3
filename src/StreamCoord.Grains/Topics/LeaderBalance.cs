namespace StreamCoord.Grains.Topics;

/// <summary>Who of those that keep a partition is to lead it, and who takes over when that one is gone, so that all lead as many as each other in either case. Pure.</summary>
internal static class LeaderBalance
{
    /// <summary>Puts the preferred leader of each partition first, and who takes over second. Afterwards no exchange of leaders, however long, would bring two nodes closer together.</summary>
    /// <param name="partitions">The places of the nodes that keep each.</param>
    /// <param name="nodeCount">How many nodes there are.</param>
    public static void Level(int[][] partitions, int nodeCount)
    {
        int[] led = Begin(partitions, nodeCount);
        foreach (int place in Enumerable.Range(0, nodeCount))
        {
            while (FindExchange(partitions, led, place) is { } exchange)
            {
                Carry(exchange, led);
            }
        }
        OrderHeirs(partitions, nodeCount);
    }

    // One partition after another to whoever leads fewest, and of those to one whose next heir has inherited least from it.
    private static int[] Begin(int[][] partitions, int nodeCount)
    {
        int[] led = new int[nodeCount];
        int[,] follows = new int[nodeCount, nodeCount];
        foreach (int[] partition in partitions)
        {
            (int leader, int heir) = partition.SelectMany(leader => partition.Where(heir => heir != leader || partition.Length == 1).Select(heir => (Leader: leader, Heir: heir)))
                .MinBy(pair => (led[pair.Leader], follows[pair.Leader, pair.Heir]));
            Lead(partition, leader);
            led[leader]++;
            follows[leader, heir]++;
        }
        return led;
    }

    // From a node that leads too many to one that leads fewer by two, each partition going to another of its nodes: a breadth-first search.
    private static List<(int[] Partition, int Heir)>? FindExchange(int[][] partitions, int[] led, int from)
    {
        Dictionary<int, (int[] Partition, int Before)> reached = [];
        ILookup<int, int[]> byLeader = partitions.ToLookup(partition => partition[0]);
        Queue<int> next = new([from]);
        while (next.TryDequeue(out int place))
        {
            if (led[place] <= led[from] - 2)
            {
                return Trace(reached, from, place);
            }
            foreach (int[] partition in byLeader[place])
            {
                foreach (int heir in partition.Where(heir => heir != from && reached.TryAdd(heir, (partition, place))))
                {
                    next.Enqueue(heir);
                }
            }
        }
        return null;
    }

    private static List<(int[] Partition, int Heir)> Trace(Dictionary<int, (int[] Partition, int Before)> reached, int from, int to)
    {
        List<(int[], int)> exchange = [];
        for (int place = to; place != from; place = reached[place].Before)
        {
            exchange.Add((reached[place].Partition, place));
        }
        return exchange;
    }

    private static void Carry(List<(int[] Partition, int Heir)> exchange, int[] led)
    {
        foreach ((int[] partition, int heir) in exchange)
        {
            led[partition[0]]--;
            led[heir]++;
            Lead(partition, heir);
        }
    }

    private static void OrderHeirs(int[][] partitions, int nodeCount)
    {
        int[,] follows = new int[nodeCount, nodeCount];
        foreach (int[] partition in partitions.Where(partition => partition.Length > 1))
        {
            int leader = partition[0];
            int[] heirs = [.. partition.Skip(1).OrderBy(heir => follows[leader, heir])];
            heirs.CopyTo(partition, 1);
            follows[leader, heirs[0]]++;
        }
    }

    private static void Lead(int[] partition, int place)
    {
        int at = Array.IndexOf(partition, place);
        (partition[0], partition[at]) = (partition[at], partition[0]);
    }
}
