using Microsoft.Extensions.Logging;

namespace StreamCoord.Gateway.Http.Errors;

/// <summary>
/// Answers every request that fails, in the shape of its path. Once a response has begun it can only be broken off, which the
/// client notices. Safe for concurrent use.
/// </summary>
internal sealed partial class ErrorMiddleware(ILogger<ErrorMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
            if (context.Response is { HasStarted: false, ContentLength: null, ContentType: null, StatusCode: >= StatusCodes.Status400BadRequest })
            {
                await ErrorResponse.WriteAsync(context, GatewayErrors.OfStatus(context.Response.StatusCode));
            }
        }
        catch (Exception exception) when (context.RequestAborted.IsCancellationRequested)
        {
            LogGone(logger, exception);
        }
        catch (Exception exception)
        {
            await AnswerAsync(context, exception);
        }
    }

    private async Task AnswerAsync(HttpContext context, Exception exception)
    {
        GatewayError? error = FailureTranslation.Expected(exception);
        if (error is null)
        {
            LogBug(logger, exception, context.Request.Method, context.GetEndpoint()?.DisplayName ?? "no route");
        }
        if (context.Response.HasStarted)
        {
            LogBrokenOff(logger, exception.Message);
            context.Abort();
            return;
        }
        await ErrorResponse.WriteAsync(context, error ?? GatewayErrors.Internal());
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Endpoint} failed.")]
    private static partial void LogBug(ILogger logger, Exception exception, string method, string endpoint);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A response was broken off after it had begun: {Reason}")]
    private static partial void LogBrokenOff(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The client went away during its request.")]
    private static partial void LogGone(ILogger logger, Exception exception);
}
