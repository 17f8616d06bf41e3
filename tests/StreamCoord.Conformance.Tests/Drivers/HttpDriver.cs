using StreamCoord.Conformance.Tests.Operations;

namespace StreamCoord.Conformance.Tests.Drivers;

/// <summary>
/// Reaches a silo's tree by its HTTP API. A persistent watch is two streams, of the data and of the children; their events are asked for at the end, since
/// they say themselves to which transaction they belong.
/// </summary>
internal sealed class HttpDriver(HttpClient http, int sessionTimeoutMs) : ITreeDriver
{
    private readonly Dictionary<string, HttpConnection> _connections = [];
    private readonly Dictionary<string, List<WatchCollector>> _watches = [];

    public async Task<TreeReply> RunAsync(TreeOperation operation)
    {
        if (operation.Kind == "open")
        {
            var opened = new HttpConnection(http);
            _connections.Add(operation.Connection, opened);
            return await opened.OpenAsync(sessionTimeoutMs);
        }
        HttpConnection connection = _connections[operation.Connection];
        string path = operation.Path ?? "";
        switch (operation.Kind)
        {
            case "close":
                _connections.Remove(operation.Connection);
                return await connection.CloseAsync();
            case "auth":
                connection.Authenticate(operation.User!);
                return new TreeReply { Error = "Ok" };
            case "ephemerals":
                return await connection.EphemeralsAsync();
            case "create":
                return await connection.ZNodeAsync("POST", path, CreateQuery(operation), operation.Data);
            case "delete":
                return await connection.ZNodeAsync("DELETE", path, version: operation.Version);
            case "set":
                return await connection.ZNodeAsync("PUT", path, data: operation.Data, version: operation.Version);
            case "set_acl":
                return await connection.ZNodeAsync("PUT", path, $"?view=acl{AclQuery(operation.Acl!)}", version: operation.Version);
            case "get":
                return await connection.ZNodeAsync("GET", path);
            case "exists":
                return await connection.ZNodeAsync("GET", path, "?view=stat");
            case "children":
                return await connection.ZNodeAsync("GET", path, "?view=children");
            case "get_acl":
                return await connection.ZNodeAsync("GET", path, "?view=acl");
            case "multi":
                return await connection.MultiAsync(operation.Ops!);
            case "add_watch":
                return await WatchAsync(operation.Connection, path, operation.Mode!);
            default:
                throw new ArgumentOutOfRangeException(nameof(operation), operation, "The HTTP API has no such operation.");
        }
    }

    /// <summary>The streams, with the connection that each belongs to.</summary>
    public IEnumerable<(string Connection, WatchCollector Watch)> Watches => _watches.SelectMany(entry => entry.Value.Select(watch => (entry.Key, watch)));

    public async ValueTask DisposeAsync()
    {
        foreach (WatchCollector watch in _watches.Values.SelectMany(watches => watches))
        {
            await watch.DisposeAsync();
        }
    }

    private async Task<TreeReply> WatchAsync(string name, string path, string mode)
    {
        HttpConnection connection = _connections[name];
        List<WatchCollector> watches = [];
        foreach (string streamMode in mode == "recursive" ? (string[])["recursive"] : ["data", "children"])
        {
            HttpRequestMessage request = connection.Request("GET", $"/v1/znodes{HttpConnection.Escape(path)}?view=watch&mode={streamMode}");
            watches.Add(await WatchCollector.OpenAsync(http, request, streamMode));
        }
        _watches.Add(name, watches);
        return new TreeReply { Error = "Ok" };
    }

    private static string CreateQuery(TreeOperation operation) =>
        $"?mode={operation.Mode}{(operation.Ttl is { } ttl ? $"&ttl_ms={ttl}" : "")}{(operation.Acl is { } acl ? AclQuery(acl) : "")}";

    private static string AclQuery(IReadOnlyList<string> acl) =>
        acl.Count == 0 ? "&acl=" : string.Concat(acl.Select(entry => $"&acl={Uri.EscapeDataString(entry)}"));
}
