using System.Text.Json;
using StreamCoord.Gateway.Http.Json;
using StreamCoord.Gateway.Http.ZNodes;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.Http.Resources;

/// <summary>Sessions under /v1/sessions: what ephemeral znodes end with. Safe for concurrent use.</summary>
internal sealed class SessionResource(ZNodeRequests requests, ClusterIdentity cluster)
{
    private const int BodyBytesMax = 4096;

    public async Task OpenAsync(HttpContext context)
    {
        byte[] body = await ZNodeBody.ReadAsync(context, BodyBytesMax, $"A request for a session has at most {BodyBytesMax} bytes.");
        int timeoutMs = OpenSessionBody.Read(body).TimeoutMs;
        ZNodeCaller caller = await requests.CallerAsync(context);
        ZNodeReply reply = await requests.SendAsync(context, caller, new OpenSessionOperation(timeoutMs, cluster.NodeId));
        SessionGrant session = reply.Session!;
        context.Response.Headers.Location = $"/v1/sessions/{session.Session}";
        context.Response.Headers.CacheControl = "no-store";
        await JsonReply.WriteAsync(context, StatusCodes.Status201Created, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("id", session.Session.ToString());
            writer.WriteBase64String("password", session.Password.Span);
            writer.WriteNumber("timeout_ms", session.TimeoutMs);
            writer.WriteEndObject();
        });
    }

    public async Task GetAsync(HttpContext context)
    {
        SessionGrant session = await ResumeAsync(context);
        ZNodeReply reply = await requests.SendAsync(context, new ZNodeCaller(session.Session, []), new GetEphemeralsOperation("/"));
        await JsonReply.WriteAsync(context, StatusCodes.Status200OK, writer => WriteSession(writer, session, reply.Names ?? []));
    }

    public async Task HeartbeatAsync(HttpContext context)
    {
        SessionGrant session = await ResumeAsync(context);
        await JsonReply.WriteAsync(context, StatusCodes.Status200OK, writer => WriteSession(writer, session, ephemerals: null));
    }

    public async Task CloseAsync(HttpContext context)
    {
        SessionGrant session = await ResumeAsync(context);
        await requests.SendAsync(context, new ZNodeCaller(session.Session, []), new CloseSessionOperation(session.Session));
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private Task<SessionGrant> ResumeAsync(HttpContext context) => requests.ResumeSessionAsync(context, RequestParameters.Route(context, "session"));

    private static void WriteSession(Utf8JsonWriter writer, SessionGrant session, IReadOnlyList<string>? ephemerals)
    {
        writer.WriteStartObject();
        writer.WriteString("id", session.Session.ToString());
        writer.WriteNumber("timeout_ms", session.TimeoutMs);
        if (ephemerals is not null)
        {
            ZNodeJson.WriteNames(writer, "ephemerals", ephemerals);
        }
        writer.WriteEndObject();
    }
}
