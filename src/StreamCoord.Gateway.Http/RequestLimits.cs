using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace StreamCoord.Gateway.Http;

/// <summary>
/// Bounds the body of every request before it is read, but for the endpoints marked as streamed: those bound what they hold
/// themselves and may be slow.
/// </summary>
internal static class RequestLimits
{
    /// <summary>Marks an endpoint whose body has no end that matters.</summary>
    public sealed class StreamedBody
    {
        public static readonly StreamedBody Instance = new();
    }

    public static void Apply(HttpContext context, long bodyBytesMax)
    {
        bool isStreamed = context.GetEndpoint()?.Metadata.GetMetadata<StreamedBody>() is not null;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = isStreamed ? null : bodyBytesMax;
        }
        if (isStreamed && context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }
    }
}
