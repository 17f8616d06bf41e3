namespace StreamCoord.Silo.Hosting;

/// <summary>The endpoints that tell a supervisor how the silo is.</summary>
internal static class HealthEndpoints
{
    private static readonly string[] Methods = ["GET", "HEAD"];

    /// <summary>
    /// <c>GET /health/live</c>: 200 while the process answers at all. <c>GET /health/ready</c>: 200 when every listener serves, else 503.
    /// </summary>
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/health/live", Methods, static context => AnswerAsync(context, StatusCodes.Status200OK, "live"));
        routes.MapMethods("/health/ready", Methods, static context => context.RequestServices.GetRequiredService<Readiness>().IsReady
            ? AnswerAsync(context, StatusCodes.Status200OK, "ready")
            : AnswerAsync(context, StatusCodes.Status503ServiceUnavailable, "not ready"));
    }

    private static Task AnswerAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain";
        return context.Response.WriteAsync(text);
    }
}
