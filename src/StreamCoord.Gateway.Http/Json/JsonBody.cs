using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Net.Http.Headers;
using StreamCoord.Gateway.Http.Errors;

namespace StreamCoord.Gateway.Http.Json;

/// <summary>Reads JSON requests. The web server bounds their size.</summary>
internal static class JsonBody
{
    /// <summary>The body as one JSON value.</summary>
    /// <exception cref="RequestException">It is missing, or the content type says that it is not JSON.</exception>
    /// <exception cref="JsonException">It is not valid JSON, or not of this shape.</exception>
    public static async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
        where T : class
    {
        RequireJson(context.Request);
        if (context.Request.ContentLength == 0)
        {
            RequestException.Throw(GatewayErrors.Unprocessable("Payload error. The request's body is empty; it needs a JSON object."));
        }
        T? value = await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted);
        return value ?? throw new RequestException(GatewayErrors.Unprocessable("Payload error. The request's body is null; it needs a JSON object."));
    }

    /// <summary>Refuses a content type other than JSON; a missing one passes.</summary>
    public static void RequireJson(HttpRequest request)
    {
        if (request.ContentType is { Length: > 0 } text && !IsJson(text))
        {
            RequestException.Throw(GatewayErrors.UnsupportedMediaType($"The content type is '{text}'; this path takes application/json."));
        }
    }

    private static bool IsJson(string contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out MediaTypeHeaderValue? type)
        && (type.SubType.Equals("json", StringComparison.OrdinalIgnoreCase) || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase));
}
