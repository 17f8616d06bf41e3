using Microsoft.AspNetCore.Http.Features;

namespace StreamCoord.Gateway.Http.Events;

/// <summary>The head of an answer that is a stream of events.</summary>
internal static class EventStreamReply
{
    public static void Begin(HttpContext context)
    {
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-cache";
    }
}
