using StreamCoord.Gateway.Http.Errors;

namespace StreamCoord.Gateway.Http.Import;

/// <summary>The line being read cannot be a record. The import ends there.</summary>
internal sealed class LineException(GatewayError error) : Exception(error.Detail)
{
    public GatewayError Error { get; } = error;
}
