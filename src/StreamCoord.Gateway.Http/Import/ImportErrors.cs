using System.Globalization;
using StreamCoord.Gateway.Http.Errors;

namespace StreamCoord.Gateway.Http.Import;

/// <summary>What can be wrong with a line.</summary>
internal static class ImportErrors
{
    /// <summary>A line that no batch of the topic can hold.</summary>
    public static GatewayError TooLong(long lineBytes, ImportTarget target) => GatewayErrors.TooLarge(string.Create(CultureInfo.InvariantCulture,
        $"It has {lineBytes} bytes or more; a line with its record's overhead may have {target.LineBytesMax} (the topic's max.message.bytes, or {HttpGatewayOptions.Section}:{nameof(HttpGatewayOptions.RequestBodyBytesMax)} where that is less). Split it or raise the configuration."));

    /// <summary>The error of a line, with the line's number and what was imported before it.</summary>
    public static GatewayError AtLine(GatewayError error, long line, long imported) => error with
    {
        Detail = string.Create(CultureInfo.InvariantCulture, $"Line {line}: {error.Detail}"),
        Extensions = [("line", line), ("imported", imported), .. error.Extensions.Where(extension => extension.Name != "line")],
    };
}
