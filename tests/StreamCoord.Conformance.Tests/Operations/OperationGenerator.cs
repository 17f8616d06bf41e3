using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace StreamCoord.Conformance.Tests.Operations;

/// <summary>Makes sequences of operations from a seed. Few names, so that operations meet; some of them wrong, each in its way.</summary>
public sealed class OperationGenerator(int seed)
{
    private const int SessionsMax = 3;
    private const int WatchesMax = 8;

    private static readonly string[] Names = ["a", "b", "c"];

    /// <summary>Paths that no znode can have.</summary>
    public static readonly string[] BadPaths =
        ["/a/", "//", "/a//b", "/./a", "/a/..", "/a/../b", "/\u0001", "/a\u007f", "/\ud83d\ude00", "/\ue000", "/a/\ufff0", "/zookeeper/quota/"];

    /// <summary>Paths that no address can have; they stand in the body of a multi.</summary>
    private static readonly string[] BadPathsWithoutAddress = ["", "a", "/a\0b", .. BadPaths];

    private static readonly string[] OddPaths = ["/ü", "/a b", "/a%2Fb", "/a+c", "/...", "/-", "/a/日本"];

    private static readonly string[] ServicePaths =
    [
        "/", "/zookeeper", "/zookeeper/quota", "/zookeeper/config", "/zookeeper/x", "/zookeeper/quota/a", "/zookeeper/quota/a/b",
    ];

    private static readonly string[] Quotas =
    [
        "count=3,bytes=-1", "count=-1,bytes=20", "count=-1,bytes=-1=;byteHardLimit=12;countHardLimit=-1", "count=-1,bytes=-1=;byteHardLimit=-1;countHardLimit=4",
        "count=2,bytes=2=;byteHardLimit=-1;countHardLimit=6",
    ];

    private static readonly string[][] Acls =
    [
        ["world:anyone:cdrwa"], ["world:anyone:r"], ["world:anyone:cdrwa", "world:anyone:cdrwa"], ["auth::cdrwa"], ["auth:ignored:ra"], [$"digest:{Digest("u1:p1")}:cdrwa"],
        [$"digest:{Digest("u2:p2")}:cr", "world:anyone:ra"], ["ip:127.0.0.1:cdrwa"], ["ip:127.0.0.0/8:crwa"], ["ip:10.0.0.1:cdrwa"], ["world:anyone:"],
        ["world:anyone:wa"], ["world:somebody:r"], ["nothing:x:r"], ["digest:nohash:r"], ["ip:300.1.1.1:r"], [],
    ];

    private static readonly string[] Users = ["u1:p1", "u2:p2"];

    private readonly Random _random = new(seed);
    private readonly List<string> _sessions = [];
    private readonly HashSet<string> _known = [];
    private int _sessionCount;
    private int _watchCount;

    /// <summary>A whole sequence.</summary>
    public IEnumerable<TreeOperation> Make(int count)
    {
        yield return Open();
        foreach (TreeOperation corner in Corners("s0"))
        {
            yield return corner;
        }
        for (int i = 0; i < count; i++)
        {
            foreach (TreeOperation operation in Next())
            {
                yield return operation;
            }
        }
    }

    /// <summary>A user and password as ZooKeeper's scheme digest has them in lists.</summary>
    public static string Digest(string user)
    {
#pragma warning disable CA5350 // That is ZooKeeper's digest.
        byte[] hash = SHA1.HashData(Encoding.UTF8.GetBytes(user));
#pragma warning restore CA5350
        return $"{user[..user.IndexOf(':', StringComparison.Ordinal)]}:{Convert.ToBase64String(hash)}";
    }

    /// <summary>What chance seldom makes: every kind of operation on the root, and znodes that consist of their number.</summary>
    private static IEnumerable<TreeOperation> Corners(string session) =>
    [
        new("create", session) { Path = "/", Data = "", Mode = "persistent" },
        new("create", session) { Path = "/", Data = "", Mode = "persistent_sequential" },
        new("create", session) { Path = "/", Data = "", Mode = "ephemeral_sequential" },
        new("delete", session) { Path = "/", Version = -1 },
        new("set", session) { Path = "/", Data = "cm9vdA==", Version = 0 },
        new("set_acl", session) { Path = "/", Acl = ["world:anyone:cdrwa"], Version = 0 },
        new("get", session) { Path = "/" },
        new("children", session) { Path = "/" },
        new("multi", session) { Ops = [] },
        new("multi", session)
        {
            Ops =
            [
                new("check", session) { Path = "/", Version = 1 }, new("create", session) { Path = "/", Mode = "persistent_sequential" },
                new("create", session) { Path = "/m", Mode = "persistent" }, new("create", session) { Path = "/m/", Mode = "ephemeral_sequential" },
                new("create", session) { Path = "/m/", Mode = "ephemeral_sequential" }, new("delete", session) { Path = "/m", Version = 0 },
            ],
        },
    ];

    private IEnumerable<TreeOperation> Next()
    {
        int choice = _random.Next(100);
        string session = _sessions[_random.Next(_sessions.Count)];
        switch (choice)
        {
            case < 2 when _sessions.Count < SessionsMax:
                return [Open()];
            case < 3 when _sessions.Count > 1:
                _sessions.Remove(session);
                _known.Remove(session);
                return [new("close", session)];
            case < 4 when _known.Add(session):
                return [new("auth", session) { User = Users[_random.Next(Users.Length)] }];
            case < 8 when _watchCount < WatchesMax:
                string watch = string.Create(CultureInfo.InvariantCulture, $"w{_watchCount++}");
                return [new("open", watch), new("add_watch", watch) { Path = Path(wrong: 0), Mode = _random.Next(2) == 0 ? "persistent" : "recursive" }];
            case < 12:
                return [Quota(session)];
            case < 20:
                return [new("multi", session) { Ops = [.. Enumerable.Range(0, _random.Next(6)).Select(_ => Part(session))] }];
            case < 48:
                return [Create(session, inMulti: false)];
            case < 60:
                return [new("delete", session) { Path = Path(), Version = Version() }];
            case < 74:
                return [new("set", session) { Path = Path(), Data = Data(), Version = Version() }];
            case < 77:
                return [new("set_acl", session) { Path = Path(), Acl = Acl(openShare: 30), Version = Version() }];
            case < 80:
                return [new("ephemerals", session) { Path = "/" }];
            default:
                string[] reads = ["get", "get", "exists", "children", "children", "get_acl"];
                return [new(reads[_random.Next(reads.Length)], session) { Path = Path() }];
        }
    }

    private TreeOperation Open()
    {
        string session = string.Create(CultureInfo.InvariantCulture, $"s{_sessionCount++}");
        _sessions.Add(session);
        return new("open", session);
    }

    private TreeOperation Create(string session, bool inMulti)
    {
        string mode = _random.Next(100) switch
        {
            < 45 => "persistent",
            < 60 => "ephemeral",
            < 72 => "persistent_sequential",
            < 82 => "ephemeral_sequential",
            < 90 => "container",
            < 95 => "ttl",
            _ => "ttl_sequential",
        };
        bool isSequential = mode.EndsWith("sequential", StringComparison.Ordinal);
        long[] ttls = inMulti ? [1_000_000] : [1_000_000, 1_000_000, 1_000_000, 0, -1, (1L << 40) - 1, 1L << 40];
        string path = Path(inMulti);
        return new("create", session)
        {
            Path = isSequential && _random.Next(4) == 0 ? $"{path.TrimEnd('/')}/" : path,
            Data = inMulti && _random.Next(4) == 0 ? null : Data(),
            Mode = mode,
            Ttl = mode.StartsWith("ttl", StringComparison.Ordinal) ? ttls[_random.Next(ttls.Length)] : null,
            Acl = Acl(openShare: 90),
        };
    }

    private TreeOperation Part(string session) => _random.Next(10) switch
    {
        < 5 => Create(session, inMulti: true),
        < 7 => new("set", session) { Path = Path(inMulti: true), Data = _random.Next(4) == 0 ? null : Data(), Version = Version() },
        < 9 => new("delete", session) { Path = Path(inMulti: true), Version = Version() },
        _ => new("check", session) { Path = Path(inMulti: true), Version = Version() },
    };

    /// <summary>
    /// What ZooKeeper's own tool does to quotas: limits and statistics come and go together, and no quota is within another. Where that does not hold ZooKeeper's
    /// statistics drift, down to -1, and ours do not.
    /// </summary>
    private TreeOperation Quota(string session)
    {
        const string Of = "/zookeeper/quota/a";
        string limits = Convert.ToBase64String(Encoding.UTF8.GetBytes(Quotas[_random.Next(Quotas.Length)]));
        return _random.Next(6) switch
        {
            0 => new("create", session) { Path = Of, Data = "", Mode = "persistent" },
            1 or 2 => new("multi", session)
            {
                Ops =
                [
                    new("create", session) { Path = $"{Of}/zookeeper_limits", Data = limits, Mode = "persistent" },
                    new("create", session) { Path = $"{Of}/zookeeper_stats", Data = limits, Mode = "persistent" },
                ],
            },
            3 => new("get", session) { Path = $"{Of}/zookeeper_stats" },
            4 => new("multi", session)
            {
                Ops =
                [
                    new("delete", session) { Path = $"{Of}/zookeeper_stats", Version = -1 }, new("delete", session) { Path = $"{Of}/zookeeper_limits", Version = -1 },
                ],
            },
            _ => new("set", session) { Path = $"{Of}/zookeeper_limits", Data = limits, Version = -1 },
        };
    }

    private string Path(bool inMulti = false, int wrong = 3)
    {
        int choice = _random.Next(100);
        if (choice < wrong)
        {
            string[] bad = inMulti ? BadPathsWithoutAddress : BadPaths;
            return bad[_random.Next(bad.Length)];
        }
        if (choice < 6)
        {
            return OddPaths[_random.Next(OddPaths.Length)];
        }
        if (choice < 10)
        {
            return ServicePaths[_random.Next(ServicePaths.Length)];
        }
        string path = string.Concat(Enumerable.Range(0, 1 + _random.Next(3)).Select(_ => $"/{Names[_random.Next(Names.Length)]}"));

        // Now and then a znode whose name ends in its number, as sequential ones have it.
        return choice < 20 ? string.Create(CultureInfo.InvariantCulture, $"{path}{_random.Next(4):D10}") : path;
    }

    private string Data()
    {
        byte[] data = new byte[_random.Next(8) == 0 ? 100 : _random.Next(6)];
        _random.NextBytes(data);
        return Convert.ToBase64String(data);
    }

    private int Version() => _random.Next(10) switch
    {
        < 6 => -1,
        < 9 => _random.Next(3),
        _ => 7,
    };

    private string[] Acl(int openShare) => _random.Next(100) < openShare ? Acls[0] : Acls[_random.Next(Acls.Length)];
}
