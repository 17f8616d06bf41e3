using System.Diagnostics.CodeAnalysis;

namespace StreamCoord.Gateway.Http.Errors;

/// <summary>This request cannot be served; the connection can. <see cref="ErrorMiddleware"/> answers it.</summary>
internal sealed class RequestException(GatewayError error) : Exception(error.Detail)
{
    public GatewayError Error { get; } = error;

    [DoesNotReturn]
    public static void Throw(GatewayError error) => throw new RequestException(error);

    /// <summary>Throws unless a grain reported success.</summary>
    public static void ThrowIfFailed(ErrorCode code, string? message)
    {
        if (code != ErrorCode.None)
        {
            Throw(GatewayErrors.Of(code, message));
        }
    }
}
