using System.Text;
using System.Text.Json.Nodes;
using StreamCoord.Gateway.Http.Json;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.Http.Resources;

/// <summary>The commands of ZooKeeper's AdminServer under /commands, as existing monitoring reads them. Safe for concurrent use.</summary>
internal sealed class CommandResource(IServerCommands commands)
{
    /// <summary>The commands that are answered, as a page of links.</summary>
    public Task ListAsync(HttpContext context)
    {
        byte[] page = Encoding.UTF8.GetBytes(string.Concat(commands.Names.Select(name => $"<a href=\"/commands/{name}\">{name}</a>\n<br/>\n")));
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.ContentLength = page.Length;
        return context.Response.Body.WriteAsync(page, context.RequestAborted).AsTask();
    }

    /// <summary>What a command says.</summary>
    public Task GetAsync(HttpContext context) => RunAsync(context, RequestParameters.Route(context, "command"));

    /// <summary>What a command says that has a path of its own.</summary>
    public async Task RunAsync(HttpContext context, string name)
    {
        ServerCommandReply reply = await commands.RunAsync(name);
        int status = (reply.Error, reply.IsKnown) switch
        {
            (null, _) => StatusCodes.Status200OK,
            (_, true) => StatusCodes.Status501NotImplemented,
            _ => StatusCodes.Status404NotFound,
        };
        context.Response.Headers.CacheControl = "no-store";
        JsonObject body = reply.Members;
        body["command"] = reply.Command;
        body["error"] = reply.Error;
        await JsonReply.WriteAsync(context, status, writer => body.WriteTo(writer));
    }
}
