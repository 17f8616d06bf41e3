using System.Text.Encodings.Web;
using System.Text.Json;
using StreamCoord.Records;

namespace StreamCoord.Gateway.Http.Json;

/// <summary>Writes JSON answers.</summary>
internal static class JsonReply
{
    /// <summary>Text stays readable: only what JSON itself forbids is escaped. The answers are never embedded in HTML.</summary>
    public static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Answers with one JSON value, which is complete before the first byte is sent.</summary>
    public static async Task WriteAsync(HttpContext context, int status, Action<Utf8JsonWriter> write, string contentType = "application/json")
    {
        using var body = new PooledBuffer();
        await using (var writer = new Utf8JsonWriter(body, WriterOptions))
        {
            write(writer);
        }
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        context.Response.ContentLength = body.WrittenBytes;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(body.WrittenMemory, context.RequestAborted);
        }
    }
}
