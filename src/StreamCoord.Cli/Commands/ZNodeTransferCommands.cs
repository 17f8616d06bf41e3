using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using StreamCoord.Cli.Http;

namespace StreamCoord.Cli.Commands;

/// <summary>
/// Parts of the tree as JSON: {"path", "data_base64", "acl", "children": [{"name", …}]}. What ends with a session is left out, for it would not end any more. Not one point in time: a backup is that.
/// </summary>
internal static class ZNodeTransferCommands
{
    private static readonly Argument<string> Path = new("path") { Description = "Where in the tree." };
    private static readonly Argument<FileInfo?> File = new("file") { Description = "The file; standard output or input without it.", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<bool> Overwrite = new("--overwrite") { Description = "Set the data of znodes that are there; without it the first of them ends the import." };

    public static IReadOnlyList<(Command Command, CommandLine.CommandAction Action)> All() =>
    [
        (new Command("export", "Write a znode and everything below it as JSON.") { Path, File }, ExportAsync),
        (new Command("import", "Create at a path what was exported from another, with its data and access control lists.") { Path, File, Overwrite }, ImportAsync),
    ];

    private static async Task<int> ExportAsync(Invocation call)
    {
        string path = call.Value(Path);
        JsonObject tree = await ReadAsync(call, path) ?? throw new CliException(ExitCodes.Refused, $"{path} is ephemeral: it ends with its session, so there is nothing to export.");
        tree.Insert(0, "path", path);
        string text = tree.ToJsonString(new JsonSerializerOptions { WriteIndented = true });
        if (call.Arguments.GetValue(File) is { } file)
        {
            await System.IO.File.WriteAllTextAsync(file.FullName, text + "\n", call.Stop);
        }
        else
        {
            call.Out.WriteLine(text);
        }
        return ExitCodes.Done;
    }

    private static async Task<JsonObject?> ReadAsync(Invocation call, string path)
    {
        JsonNode znode = await call.Gateway.GetAsync(ZNodeCommands.AddressOf(path), call.Stop);
        if (Convert.ToInt64(((string)znode["stat"]!["ephemeral_owner"]!)[2..], 16) != 0)
        {
            return null;
        }
        var children = new JsonArray();
        foreach (string name in await ZNodeCommands.ChildrenOfAsync(call, path))
        {
            if (path == "/" && name == "zookeeper")
            {
                continue; // The service's own.
            }
            if (await ReadAsync(call, ZNodeCommands.Join(path, name)) is { } child)
            {
                child.Insert(0, "name", name);
                children.Add(child);
            }
        }
        return new JsonObject
        {
            ["data_base64"] = znode["data_base64"]?.DeepClone(),
            ["acl"] = (await call.Gateway.GetAsync(ZNodeCommands.AddressOf(path, "view=acl"), call.Stop))["acl"]!.DeepClone(),
            ["children"] = children,
        };
    }

    private static async Task<int> ImportAsync(Invocation call)
    {
        await using Stream input = call.Arguments.GetValue(File)?.OpenRead() ?? call.Terminal.OpenInput();
        JsonNode tree = await ParseAsync(input, call.Stop);
        string path = call.Value(Path);
        await ZNodeCommands.CreateParentsAsync(call, path);
        int count = await WriteAsync(call, path, tree);
        call.Print(new JsonObject { ["znodes"] = count }, $"Imported {count} znodes.");
        return ExitCodes.Done;
    }

    private static async Task<JsonNode> ParseAsync(Stream input, CancellationToken stop)
    {
        try
        {
            return await JsonNode.ParseAsync(input, cancellationToken: stop) as JsonObject ?? throw new JsonException("it is no object");
        }
        catch (JsonException exception)
        {
            throw new CliException(ExitCodes.Refused, $"That is no export of znodes: {exception.Message} Nothing was imported.");
        }
    }

    private static async Task<int> WriteAsync(Invocation call, string path, JsonNode znode)
    {
        byte[] data = (string?)znode["data_base64"] is { } base64 ? Convert.FromBase64String(base64) : [];
        bool isThere = path == "/" || (call.Value(Overwrite) && await call.Gateway.FindAsync(ZNodeCommands.AddressOf(path, "view=stat"), call.Stop) is not null);
        string acl = string.Join(',', znode["acl"]?.AsArray().Select(entry => (string)entry!) ?? []);
        HttpMethod method = isThere ? HttpMethod.Put : HttpMethod.Post;
        await call.Gateway.SendAsync(method, ZNodeCommands.AddressOf(path, isThere || acl.Length == 0 ? "" : $"acl={Gateway.Escape(acl)}"), new ByteArrayContent(data), call.Stop);
        int count = 1;
        foreach (JsonNode? child in znode["children"]?.AsArray() ?? [])
        {
            count += await WriteAsync(call, ZNodeCommands.Join(path, (string)child!["name"]!), child);
        }
        return count;
    }
}
