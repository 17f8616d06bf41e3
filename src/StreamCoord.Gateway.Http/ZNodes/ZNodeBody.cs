using Microsoft.AspNetCore.Http.Features;
using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Records;

namespace StreamCoord.Gateway.Http.ZNodes;

/// <summary>Reads bodies that have a limit of their own.</summary>
internal static class ZNodeBody
{
    /// <summary>The whole body. A larger one is refused before it is read.</summary>
    /// <param name="context">The request.</param>
    /// <param name="bytesMax">The most bytes.</param>
    /// <param name="tooLarge">What is said of more.</param>
    public static async Task<byte[]> ReadAsync(HttpContext context, long bytesMax, string tooLarge)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = bytesMax;
        }
        using var body = new PooledBuffer();
        try
        {
            int count;
            do
            {
                count = await context.Request.Body.ReadAsync(body.GetMemory(), context.RequestAborted);
                body.Advance(count);
            }
            while (count > 0);
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            RequestException.Throw(ZNodeErrors.TooLarge(tooLarge));
        }
        return body.WrittenSpan.ToArray();
    }
}
