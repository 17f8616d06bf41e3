using System.Globalization;
using StreamCoord.Conformance.Tests.Operations;
using StreamCoord.Conformance.Tests.ZooKeeper.Wire;

namespace StreamCoord.Conformance.Tests.ZooKeeper.Paired;

/// <summary>
/// Requests by chance, for few paths, so that they meet. The same seed makes the same ones. None is checkWatches: as soon as anybody has a recursive watch, 3.8.0 tells everybody of the
/// watches of others. Not safe for concurrent use.
/// </summary>
internal sealed class RandomRequests(int seed, string root)
{
    private static readonly string[] Names = ["a", "b", "c"];

    private readonly Random _random = new(seed);

    public int Next(int below) => _random.Next(below);

    /// <summary>One request.</summary>
    /// <param name="watchMode">The mode of the watches of this client: -1 for those that fire once, else that of addWatch. 3.8.0 mixes up several modes on one path.</param>
    public Request Make(int watchMode)
    {
        bool watch = watchMode < 0 && _random.Next(3) == 0;
        return _random.Next(24) switch
        {
            < 4 => Create(),
            < 6 => Delete(),
            < 9 => SetData(),
            9 => Request.Exists(Path(), watch),
            10 or 11 => Request.GetData(Path(), watch),
            12 => Request.GetChildren(Path(), watch),
            13 => Request.GetChildren2(Path(), watch),
            14 => Request.SetAcl(Path(), Acl(), _random.Next(4) - 1),
            15 => Request.GetAcl(Path()),
            16 or 17 => Request.Multi([.. Enumerable.Range(0, _random.Next(5)).Select(_ => InMulti())]),
            18 => Request.MultiRead([.. Enumerable.Range(0, _random.Next(4)).Select(_ => _random.Next(2) == 0 ? Request.GetData(Path(), watch) : Request.GetChildren(Path(), watch))]),
            19 => watchMode < 0 ? Request.Exists(Path(), watch: true) : Request.AddWatch(Path(), watchMode),
            20 => watchMode < 0 ? Request.RemoveWatches(Path(), 1 + _random.Next(3)) : Request.RemoveWatches(Path(), 3),
            21 => Request.GetEphemerals(Path()),
            22 => Request.GetAllChildrenNumber(Path()),
            _ => Request.Sync(Path()),
        };
    }

    /// <summary>Arms watches again, as of some time before.</summary>
    public Request SetWatches(long relativeZxid) => Request.SetWatches(relativeZxid, Paths(), Paths(), Paths());

    private Request InMulti() => _random.Next(5) switch
    {
        0 or 1 => Request.Create(Path(1), Data(), _random.Next(4)),
        2 => Delete(),
        3 => SetData(),
        _ => Request.Check(Path(), _random.Next(4) - 1),
    };

    /// <summary>No containers: they go when they like.</summary>
    private Request Create() => _random.Next(1, 8) switch
    {
        1 => Request.CreateTtl(Path(1), 1_000_000, 5 + _random.Next(2), Data()),
        2 => Request.Create2(Path(1), Data(), _random.Next(4)),
        3 => Request.Create(Path(1), Data(), _random.Next(4), Acl()),
        _ => Request.Create(Path(1), Data(), _random.Next(4)),
    };

    private Request Delete() => Request.Delete(Path(), _random.Next(4) - 1);

    private Request SetData() => Request.SetData(Path(), Data(), _random.Next(5) == 0 ? _random.Next(3) : -1);

    private string? Data() => _random.Next(8) == 0 ? null : new string('x', _random.Next(20));

    /// <summary>Everybody may read: before 3.8.4 exists and watches asked for no right.</summary>
    private IReadOnlyList<WireAcl> Acl() => _random.Next(3) switch
    {
        0 => [WireAcl.World(WireAcl.Read | (_random.Next(32) & WireAcl.All))],
        1 => [new(WireAcl.All, "digest", OperationGenerator.Digest("ann:secret")), WireAcl.World(WireAcl.Read)],
        _ => WireAcl.Open,
    };

    private string[] Paths() => [.. Enumerable.Range(0, _random.Next(4)).Select(_ => Path()).Distinct()];

    /// <summary>A path. The number of a sequential znode must come from below the scenario's own: at least one name, then.</summary>
    private string Path(int depthMin = 0)
    {
        string path = root;
        for (int depth = _random.Next(depthMin, 4); depth > 0; depth--)
        {
            path = string.Create(CultureInfo.InvariantCulture, $"{path}/{Names[_random.Next(Names.Length)]}");
        }
        return path;
    }
}
