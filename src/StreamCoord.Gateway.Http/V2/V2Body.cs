using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using StreamCoord.Gateway.Http.Errors;

namespace StreamCoord.Gateway.Http.V2;

/// <summary>Reads the JSON bodies of v2 that hold no records. The web server bounds their size.</summary>
internal static class V2Body
{
    /// <summary>The body, or null when there is none.</summary>
    /// <exception cref="RequestException">It is of another content type.</exception>
    /// <exception cref="JsonException">It is not JSON of this shape.</exception>
    public static async Task<T?> TryReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
        where T : class
    {
        MediaTypes.RequirePlain(context.Request);
        using var bytes = new MemoryStream();
        await context.Request.Body.CopyToAsync(bytes, context.RequestAborted);
        return bytes.Length == 0 ? null : JsonSerializer.Deserialize(bytes.GetBuffer().AsSpan(0, (int)bytes.Length), type);
    }

    /// <summary>The body.</summary>
    /// <exception cref="RequestException">It is missing, or of another content type.</exception>
    /// <exception cref="JsonException">It is not JSON of this shape.</exception>
    public static async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
        where T : class =>
        await TryReadAsync(context, type) ?? throw new RequestException(GatewayErrors.Unprocessable("Payload error. Request body is empty. Data is required."));
}
