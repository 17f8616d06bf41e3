using StreamCoord.Conformance.Tests.ZooKeeper.Wire;

namespace StreamCoord.Conformance.Tests.ZooKeeper.Paired;

/// <summary>One run of a scenario at one service, and everything that was answered. Not safe for concurrent use.</summary>
internal sealed class Script(string address, string root, bool isReference) : IDisposable
{
    private readonly List<string> _lines = [];
    private readonly Dictionary<int, KnownDifference> _known = [];
    private readonly List<ScriptClient> _clients = [];

    /// <summary>Where the service listens.</summary>
    public string Address => address;

    /// <summary>A znode that belongs to the scenario alone. It is there.</summary>
    public string Root => root;

    /// <summary>True at the real server.</summary>
    public bool IsReference => isReference;

    /// <summary>What hides that which cannot be alike.</summary>
    public Mask Mask { get; } = new();

    /// <summary>Where the silo may differ, by the number of the line.</summary>
    public IReadOnlyDictionary<int, KnownDifference> Known => _known;

    /// <summary>All lines, with zxids by their order.</summary>
    public string[] Lines => Mask.Rank(_lines);

    /// <summary>A path below the scenario's znode.</summary>
    public string Path(string name) => $"{root}/{name}";

    /// <summary>A client with a session of its own.</summary>
    public Task<ScriptClient> ConnectAsync() => ConnectAsync(new ConnectRequest());

    /// <summary>A client, whether it gets a session or not.</summary>
    public async Task<ScriptClient> ConnectAsync(ConnectRequest request, KnownDifference? known = null)
    {
        ScriptClient client = await OpenAsync();
        await client.HandshakeAsync(request, known);
        return client;
    }

    /// <summary>A client that has said nothing yet.</summary>
    public async Task<ScriptClient> OpenAsync()
    {
        var client = new ScriptClient(this, (char)('a' + _clients.Count), await RawConnection.OpenAsync(address));
        _clients.Add(client);
        return client;
    }

    /// <summary>Writes down what was answered.</summary>
    public void Say(string client, string words, KnownDifference? known = null)
    {
        if (known is not null)
        {
            _known[_lines.Count] = known;
        }
        _lines.Add($"{client}: {words}");
    }

    /// <summary>How many lines there are.</summary>
    public int Count => _lines.Count;

    /// <summary>Puts the lines from this one on into an order.</summary>
    public void SortFrom(int from) => _lines.Sort(from, _lines.Count - from, StringComparer.Ordinal);

    /// <summary>Forgets what was written down from this line on.</summary>
    public void Forget(int from) => _lines.RemoveRange(from, _lines.Count - from);

    public void Dispose() => _clients.ForEach(client => client.Dispose());
}
