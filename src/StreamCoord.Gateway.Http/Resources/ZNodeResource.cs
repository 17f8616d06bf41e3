using System.Globalization;
using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Gateway.Http.Json;
using StreamCoord.Gateway.Http.ZNodes;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.Http.Resources;

/// <summary>One znode under /v1/znodes/{path}: what it holds, its making, changing and deletion. Safe for concurrent use.</summary>
internal sealed class ZNodeResource(ZNodeRequests requests, ZNodeWatchResource watches, ZNodeOptions options)
{
    private const string AclView = "acl";

    public Task GetAsync(HttpContext context)
    {
        string? view = HttpMethods.IsHead(context.Request.Method)
            ? ZNodeParameters.View(context, "children", AclView, "stat")
            : ZNodeParameters.View(context, "children", AclView, "stat", "watch");
        string path = requests.Path(context);
        return view switch
        {
            null => ReadAsync(context, path, new GetDataOperation(path)),
            "children" => ReadAsync(context, path, new GetChildrenOperation(path)),
            AclView => ReadAsync(context, path, new GetAclOperation(path)),
            "stat" => ReadAsync(context, path, new ExistsOperation(path)),
            _ => watches.GetAsync(context, path),
        };
    }

    public async Task CreateAsync(HttpContext context)
    {
        ZNodeParameters.View(context);
        (CreateMode mode, long ttlMs) = ZNodeParameters.Mode(context);
        IReadOnlyList<AclEntry> acl = ZNodeParameters.Acl(context) ?? AclEntry.Open;

        // Behind a sequential znode's address comes its number, so that only the tree can say whether the path is legal.
        bool isSequential = mode is CreateMode.PersistentSequential or CreateMode.EphemeralSequential or CreateMode.PersistentSequentialWithTtl;
        string path = isSequential ? ZNodeAddress.PathOf(context) : requests.Path(context);
        ZNodeCaller caller = await requests.CallerAsync(context);
        if (mode is CreateMode.Ephemeral or CreateMode.EphemeralSequential && caller.Session == SessionId.None)
        {
            RequestException.Throw(ZNodeErrors.BadArguments("An ephemeral znode needs the session that it is to end with: session=0x…, from POST /v1/sessions."));
        }
        byte[] data = await ReadDataAsync(context);
        ZNodeReply reply = await requests.SendAsync(context, caller, new CreateOperation(path, data, acl, mode, ttlMs));
        string created = reply.Path ?? path;
        context.Response.Headers.Location = ZNodeAddress.Of(created);
        await AnswerAsync(context, StatusCodes.Status201Created, created, reply);
    }

    public async Task SetAsync(HttpContext context)
    {
        bool setsAcl = ZNodeParameters.View(context, AclView) is not null;
        string path = requests.Path(context);
        int version = ZNodeParameters.ExpectedVersion(context);
        ZNodeCaller caller = await requests.CallerAsync(context);
        WriteOperation operation = setsAcl
            ? new SetAclOperation(path, ZNodeParameters.Acl(context)
                ?? throw new RequestException(ZNodeErrors.BadArguments("The new access control list is missing: acl=scheme:id:permissions.")), version)
            : new SetDataOperation(path, await ReadDataAsync(context), version);
        ZNodeReply reply = await requests.SendAsync(context, caller, operation);
        await AnswerAsync(context, StatusCodes.Status200OK, path, reply, isAcl: setsAcl);
    }

    public async Task DeleteAsync(HttpContext context)
    {
        ZNodeParameters.View(context);
        string path = requests.Path(context);
        int version = ZNodeParameters.ExpectedVersion(context);
        ZNodeCaller caller = await requests.CallerAsync(context);
        await requests.SendAsync(context, caller, new DeleteOperation(path, version));
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task ReadAsync(HttpContext context, string path, ReadOperation operation)
    {
        ZNodeCaller caller = await requests.CallerAsync(context);
        await requests.AwaitStateAsync(context);
        ZNodeReply reply = await requests.SendAsync(context, caller, operation);
        SetETag(context, operation switch
        {
            GetAclOperation => reply.Stat?.Aversion,
            GetChildrenOperation => null,
            _ => reply.Stat?.Version,
        });
        await JsonReply.WriteAsync(context, StatusCodes.Status200OK, writer =>
        {
            switch (operation)
            {
                case GetDataOperation:
                    ZNodeJson.WriteZNode(writer, path, reply);
                    break;
                case GetChildrenOperation:
                    ZNodeJson.WriteChildren(writer, reply);
                    break;
                case GetAclOperation:
                    ZNodeJson.WriteAcl(writer, reply);
                    break;
                default:
                    ZNodeJson.WritePathAndStat(writer, path, reply);
                    break;
            }
        });
    }

    private Task<byte[]> ReadDataAsync(HttpContext context)
    {
        int bytesMax = options.DataBytesMax;
        return ZNodeBody.ReadAsync(context, bytesMax, string.Create(CultureInfo.InvariantCulture,
            $"A znode's data has at most {bytesMax} bytes (StreamCoord:ZNodes:{nameof(ZNodeOptions.DataBytesMax)}). Send less, or keep the data elsewhere and its address here."));
    }

    private static Task AnswerAsync(HttpContext context, int status, string path, ZNodeReply reply, bool isAcl = false)
    {
        SetETag(context, isAcl ? reply.Stat?.Aversion : reply.Stat?.Version);
        return JsonReply.WriteAsync(context, status, writer => ZNodeJson.WritePathAndStat(writer, path, reply));
    }

    private static void SetETag(HttpContext context, int? version)
    {
        if (version is { } number)
        {
            context.Response.Headers.ETag = string.Create(CultureInfo.InvariantCulture, $"\"{number}\"");
        }
    }
}
