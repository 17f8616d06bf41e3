namespace StreamCoord.Grains.Topics;

/// <summary>What nodes have been given of one topic, and who is next. Pure; for one caller. Nodes go by their places in <see cref="Nodes"/>.</summary>
/// <remarks>
/// Racks are filled alike by the nodes that they have, and the nodes of a rack alike. So where racks have as many nodes as each other, copies of any two nodes always differ by one at most.
/// </remarks>
internal sealed class CopyBalance
{
    private readonly int[] _rackOf;
    private readonly int[] _rackSizes;
    private readonly int[] _rackCopies;
    private readonly int[] _copies;
    private readonly int[,] _shared;

    /// <summary>Begins with nodes that have nothing.</summary>
    /// <param name="nodes">The nodes; who comes before another comes first where nothing else decides.</param>
    public CopyBalance(IReadOnlyList<PlacedNode> nodes)
    {
        Nodes = nodes;
        List<string> racks = [.. nodes.Select(RackOf).Distinct()];
        _rackOf = [.. nodes.Select(node => racks.IndexOf(RackOf(node)))];
        _rackSizes = [.. racks.Select((_, rack) => _rackOf.Count(other => other == rack))];
        _rackCopies = new int[racks.Count];
        _copies = new int[nodes.Count];
        _shared = new int[nodes.Count, nodes.Count];
    }

    /// <summary>The nodes.</summary>
    public IReadOnlyList<PlacedNode> Nodes { get; }

    /// <summary>The places of the nodes that get the next partition.</summary>
    /// <param name="factor">How many copies it has.</param>
    public int[] Place(int factor)
    {
        List<int> chosen = [];
        while (chosen.Count < factor)
        {
            int place = Next(chosen);
            foreach (int other in chosen)
            {
                _shared[place, other]++;
                _shared[other, place]++;
            }
            chosen.Add(place);
            _copies[place]++;
            _rackCopies[_rackOf[place]]++;
        }
        return [.. chosen];
    }

    // A rack's name may be anything but empty.
    private static string RackOf(PlacedNode node) => node.Rack ?? "";

    private int Next(List<int> chosen)
    {
        if (chosen.Count == 0 && _copies.All(copies => copies == 0))
        {
            // Topics of one partition go round the nodes by where they start.
            return 0;
        }
        bool hasFreshRack = chosen.Select(place => _rackOf[place]).Distinct().Count() < _rackSizes.Length;
        return Enumerable.Range(0, Nodes.Count)
            .Where(place => !chosen.Contains(place) && !(hasFreshRack && chosen.Any(other => _rackOf[other] == _rackOf[place])))
            .MinBy(place => (FillOf(_rackOf[place]), _copies[place], chosen.Sum(other => _shared[place, other])));
    }

    // By what it would be with one more: a large rack is not as full by that as a small one.
    private double FillOf(int rack) => (_rackCopies[rack] + 1.0) / _rackSizes[rack];
}
