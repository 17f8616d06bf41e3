using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using StreamCoord.Gateway.Http.Json;
using StreamCoord.Gateway.Http.V2;

namespace StreamCoord.Gateway.Http.Errors;

/// <summary>Writes a failure: Confluent's shape on the paths of its proxy, RFC 9457 problem details everywhere else.</summary>
internal static class ErrorResponse
{
    private const int RetryAfterSeconds = 1;

    /// <summary>Answers the request, whose response must not have begun.</summary>
    public static Task WriteAsync(HttpContext context, GatewayError error)
    {
        if (error.IsRetriable)
        {
            context.Response.Headers.RetryAfter = RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        }
        if (error.Status == StatusCodes.Status401Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"StreamCoord\", charset=\"UTF-8\"";
        }
        return ApiVersions.IsV3(context.Request.Path) ? JsonReply.WriteAsync(context, error.Status, writer => WriteConfluent(writer, error))
            : ApiVersions.IsV2(context.Request.Path) ? JsonReply.WriteAsync(context, error.Status, writer => WriteConfluent(writer, error), MediaTypes.ErrorTo(context.Request))
            : JsonReply.WriteAsync(context, error.Status, writer => WriteProblem(writer, error), "application/problem+json");
    }

    /// <summary>One object of Confluent's shape.</summary>
    public static void WriteConfluent(Utf8JsonWriter writer, GatewayError error)
    {
        writer.WriteStartObject();
        writer.WriteNumber("error_code", error.ConfluentCode);
        writer.WriteString("message", error.Detail);
        writer.WriteEndObject();
    }

    private static void WriteProblem(Utf8JsonWriter writer, GatewayError error)
    {
        writer.WriteStartObject();
        writer.WriteString("type", "about:blank");
        writer.WriteString("title", ReasonPhrases.GetReasonPhrase(error.Status));
        writer.WriteNumber("status", error.Status);
        writer.WriteString("code", error.Code);
        writer.WriteString("detail", error.Detail);
        foreach ((string name, long value) in error.Extensions)
        {
            writer.WriteNumber(name, value);
        }
        if (error.Results is { } results)
        {
            writer.WriteStartArray("results");
            foreach (string code in results)
            {
                writer.WriteStringValue(code);
            }
            writer.WriteEndArray();
        }
        writer.WriteEndObject();
    }
}
