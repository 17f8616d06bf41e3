using System.CommandLine;
using System.Globalization;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json.Nodes;
using StreamCoord.Cli.Http;
using StreamCoord.Cli.Output;

namespace StreamCoord.Cli.Commands;

/// <summary>What zkCli does with znodes, by its names and options.</summary>
internal static class ZNodeCommands
{
    private const int SessionTimeoutMs = 15_000;

    private static readonly Argument<string> Path = new("path") { Description = "The path, such as /config/db." };
    private static readonly Argument<string?> Data = new("data") { Description = "The data; none without it, - for standard input.", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Argument<string> Acl = new("acl") { Description = "scheme:id:permissions, separated by commas, such as world:anyone:r." };
    private static readonly Option<bool> WithStat = new("-s", "--stat") { Description = "The Stat as well." };
    private static readonly Option<bool> Recursive = new("-R", "--recursive") { Description = "Everything below as well." };
    private static readonly Option<int?> Version = new("-v", "--version") { Description = "Only if the znode has this version." };
    private static readonly Option<bool> Ephemeral = new("-e", "--ephemeral") { Description = "It lives as long as this command: until Ctrl-C." };
    private static readonly Option<bool> Sequential = new("--sequential") { Description = "A number is appended to the name." };
    private static readonly Option<bool> Container = new("-c", "--container") { Description = "It goes with its last child." };
    private static readonly Option<long?> TtlMs = new("-t", "--ttl-ms") { Description = "It goes when it was not changed for so long and has no children." };
    private static readonly Option<string?> WithAcl = new("--acl") { Description = "scheme:id:permissions, separated by commas; world:anyone:cdrwa without it." };
    private static readonly Option<bool> Parents = new("-p", "--parents") { Description = "Create the parents that are not there." };
    private static readonly Option<string> Mode = new Option<string>("--mode") { Description = "data, children or recursive.", DefaultValueFactory = _ => "data" }.AcceptOnlyFromAmong("data", "children", "recursive");

    public static CommandGroup All() => new("znodes", "The znode tree.",
    [
        (new Command("ls", "List the children of a znode.") { Path, WithStat, Recursive }, ListAsync),
        (new Command("get", "Print a znode's data.") { Path, WithStat }, GetAsync),
        (new Command("stat", "Print a znode's Stat.") { Path }, StatAsync),
        (new Command("set", "Set a znode's data.") { Path, Data, Version, WithStat }, SetAsync),
        (new Command("create", "Create a znode.") { Path, Data, Ephemeral, Sequential, Container, TtlMs, WithAcl, Parents }, CreateAsync),
        (new Command("delete", "Delete a znode without children.") { Path, Version }, DeleteAsync),
        (new Command("deleteall", "Delete a znode and everything below it.") { Path }, DeleteAllAsync),
        (new Command("getAcl", "Print a znode's access control list.") { Path }, GetAclAsync),
        (new Command("setAcl", "Set a znode's access control list.") { Path, Acl }, SetAclAsync),
        (new Command("watch", "Print changes as they come. Ctrl-C ends it.") { Path, Mode }, WatchAsync),
        .. ZNodeTransferCommands.All(),
    ]);

    /// <summary>The address of a znode.</summary>
    public static string AddressOf(string path, string query = "") => path is ['/', .. var rest]
        ? $"/v1/znodes/{string.Join('/', rest.Split('/').Select(Gateway.Escape))}{(query.Length > 0 ? $"?{query}" : "")}"
        : throw CliException.Usage($"'{path}' is no path: it begins with a slash.");

    /// <summary>A path below another.</summary>
    public static string Join(string parent, string name) => parent == "/" ? $"/{name}" : $"{parent}/{name}";

    /// <summary>The names of a znode's children.</summary>
    public static async Task<IReadOnlyList<string>> ChildrenOfAsync(Invocation call, string path) =>
        [.. (await call.Gateway.GetAsync(AddressOf(path, "view=children"), call.Stop))["children"]!.AsArray().Select(name => (string)name!)];

    /// <summary>Creates the parents of a path that are not there.</summary>
    public static async Task CreateParentsAsync(Invocation call, string path)
    {
        for (int at = path.IndexOf('/', 1); at > 0; at = path.IndexOf('/', at + 1))
        {
            if (await call.Gateway.FindAsync(AddressOf(path[..at], "view=stat"), call.Stop) is null)
            {
                await call.Gateway.SendAsync(HttpMethod.Post, AddressOf(path[..at]), null, call.Stop);
            }
        }
    }

    private static async Task<int> ListAsync(Invocation call)
    {
        string path = call.Value(Path);
        if (call.Value(Recursive))
        {
            List<string> paths = await ListBelowAsync(call, path);
            call.Print(new JsonArray([.. paths.Select(name => JsonValue.Create(name))]), () => paths.ForEach(call.Out.WriteLine));
            return ExitCodes.Done;
        }
        JsonNode reply = await call.Gateway.GetAsync(AddressOf(path, "view=children"), call.Stop);
        call.Print(call.Value(WithStat) ? reply : reply["children"]!.DeepClone(), () =>
        {
            call.Out.WriteLine($"[{string.Join(", ", reply["children"]!.AsArray())}]");
            if (call.Value(WithStat))
            {
                StatText.Write(call.Out, reply["stat"]!);
            }
        });
        return ExitCodes.Done;
    }

    // Parents before their children, as ls -R of zkCli.
    private static async Task<List<string>> ListBelowAsync(Invocation call, string path)
    {
        List<string> paths = [path];
        foreach (string name in await ChildrenOfAsync(call, path))
        {
            paths.AddRange(await ListBelowAsync(call, Join(path, name)));
        }
        return paths;
    }

    private static async Task<int> GetAsync(Invocation call)
    {
        JsonNode znode = await call.Gateway.GetAsync(AddressOf(call.Value(Path)), call.Stop);
        call.Print(znode, () =>
        {
            call.Out.WriteLine((string?)znode["data_base64"] is { } data ? Encoding.UTF8.GetString(Convert.FromBase64String(data)) : "null");
            if (call.Value(WithStat))
            {
                StatText.Write(call.Out, znode["stat"]!);
            }
        });
        return ExitCodes.Done;
    }

    private static async Task<int> StatAsync(Invocation call)
    {
        JsonNode reply = await call.Gateway.GetAsync(AddressOf(call.Value(Path), "view=stat"), call.Stop);
        call.Print(reply["stat"]!.DeepClone(), () => StatText.Write(call.Out, reply["stat"]!));
        return ExitCodes.Done;
    }

    private static async Task<int> SetAsync(Invocation call)
    {
        JsonNode reply = (await SendAsync(call, HttpMethod.Put, AddressOf(call.Value(Path)), await DataOfAsync(call)))!;
        call.Print(reply, () =>
        {
            if (call.Value(WithStat))
            {
                StatText.Write(call.Out, reply["stat"]!);
            }
        });
        return ExitCodes.Done;
    }

    private static async Task<int> DeleteAsync(Invocation call)
    {
        await SendAsync(call, HttpMethod.Delete, AddressOf(call.Value(Path)), null);
        return ExitCodes.Done;
    }

    private static async Task<int> DeleteAllAsync(Invocation call)
    {
        List<string> paths = await ListBelowAsync(call, call.Value(Path));
        foreach (string path in Enumerable.Reverse(paths))
        {
            await call.Gateway.SendAsync(HttpMethod.Delete, AddressOf(path), null, call.Stop);
        }
        call.Print(new JsonObject { ["deleted"] = paths.Count }, $"Deleted {paths.Count} znodes.");
        return ExitCodes.Done;
    }

    private static async Task<int> GetAclAsync(Invocation call)
    {
        JsonNode reply = await call.Gateway.GetAsync(AddressOf(call.Value(Path), "view=acl"), call.Stop);
        call.Print(reply["acl"]!.DeepClone(), () => reply["acl"]!.AsArray().ToList().ForEach(entry => call.Out.WriteLine(entry)));
        return ExitCodes.Done;
    }

    private static async Task<int> SetAclAsync(Invocation call)
    {
        JsonNode reply = (await call.Gateway.SendAsync(HttpMethod.Put, AddressOf(call.Value(Path), $"view=acl&acl={Gateway.Escape(call.Value(Acl))}"), null, call.Stop))!;
        call.Print(reply, () => { });
        return ExitCodes.Done;
    }

    private static async Task<int> WatchAsync(Invocation call)
    {
        await foreach (SseItem<string> item in call.Gateway.StreamAsync(AddressOf(call.Value(Path), $"view=watch&mode={call.Value(Mode)}"), call.Stop))
        {
            JsonNode change = JsonNode.Parse(item.Data)!;
            change["type"] = item.EventType;
            call.Out.WriteLine(call.IsJson ? change.ToJsonString() : $"{item.EventType} {change["path"]} {change["zxid"]}");
            await call.Out.FlushAsync(call.Stop);
        }
        return ExitCodes.Done;
    }

    private static async Task<int> CreateAsync(Invocation call)
    {
        string path = call.Value(Path);
        string query = $"mode={ModeOf(call)}{(call.Value(TtlMs) is { } ttlMs ? string.Create(CultureInfo.InvariantCulture, $"&ttl_ms={ttlMs}") : "")}{(call.Value(WithAcl) is { } acl ? $"&acl={Gateway.Escape(acl)}" : "")}";
        if (call.Value(Parents))
        {
            await CreateParentsAsync(call, path);
        }
        HttpContent? data = await DataOfAsync(call);
        if (!call.Value(Ephemeral))
        {
            PrintCreated(call, (await call.Gateway.SendAsync(HttpMethod.Post, AddressOf(path, query), data, call.Stop))!);
            return ExitCodes.Done;
        }
        JsonNode session = (await call.Gateway.SendAsync(HttpMethod.Post, "/v1/sessions", Gateway.Json(new JsonObject { ["timeout_ms"] = SessionTimeoutMs }), call.Stop))!;
        try
        {
            PrintCreated(call, (await SendForAsync(call, session, HttpMethod.Post, AddressOf(path, $"{query}&session={session["id"]}"), data, call.Stop))!);
            await call.Out.FlushAsync(call.Stop);
            await KeepAliveAsync(call, session);
            return ExitCodes.Done;
        }
        finally
        {
            await SendForAsync(call, session, HttpMethod.Delete, $"/v1/sessions/{session["id"]}", null, CancellationToken.None);
        }
    }

    private static void PrintCreated(Invocation call, JsonNode created) => call.Print(created, $"Created {created["path"]}");

    private static async Task KeepAliveAsync(Invocation call, JsonNode session)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds((long)session["timeout_ms"]! / 3.0), call.Terminal.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(call.Stop))
            {
                await SendForAsync(call, session, HttpMethod.Put, $"/v1/sessions/{session["id"]}", null, call.Stop);
            }
        }
        catch (OperationCanceledException) when (call.Stop.IsCancellationRequested)
        {
            // That is how it ends.
        }
    }

    private static Task<JsonNode?> SendForAsync(Invocation call, JsonNode session, HttpMethod method, string path, HttpContent? body, CancellationToken stop)
    {
        var request = new HttpRequestMessage(method, path) { Content = body };
        request.Headers.Add("X-Session-Password", (string)session["password"]!);
        return call.Gateway.SendAsync(request, stop);
    }

    private static Task<JsonNode?> SendAsync(Invocation call, HttpMethod method, string path, HttpContent? body)
    {
        var request = new HttpRequestMessage(method, path) { Content = body };
        if (call.Value(Version) is { } version)
        {
            request.Headers.TryAddWithoutValidation("If-Match", string.Create(CultureInfo.InvariantCulture, $"\"{version}\""));
        }
        return call.Gateway.SendAsync(request, call.Stop);
    }

    private static async Task<HttpContent?> DataOfAsync(Invocation call)
    {
        if (call.Arguments.GetValue(Data) is not { } text)
        {
            return null;
        }
        if (text != "-")
        {
            return new ByteArrayContent(Encoding.UTF8.GetBytes(text));
        }
        using var bytes = new MemoryStream();
        await using Stream input = call.Terminal.OpenInput();
        await input.CopyToAsync(bytes, call.Stop);
        return new ByteArrayContent(bytes.ToArray());
    }

    private static string ModeOf(Invocation call) => (call.Value(Ephemeral), call.Value(Container), call.Value(TtlMs), call.Value(Sequential)) switch
    {
        (false, false, null, false) => "persistent",
        (false, false, null, true) => "persistent_sequential",
        (true, false, null, false) => "ephemeral",
        (true, false, null, true) => "ephemeral_sequential",
        (false, true, null, false) => "container",
        (false, false, not null, false) => "ttl",
        (false, false, not null, true) => "ttl_sequential",
        _ => throw CliException.Usage("A znode is one of ephemeral, container and one with a time to live; a container is not sequential."),
    };
}
