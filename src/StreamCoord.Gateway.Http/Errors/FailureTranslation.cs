using System.Text.Json;
using StreamCoord.Backups;

namespace StreamCoord.Gateway.Http.Errors;

/// <summary>Turns whatever a request may throw into its answer.</summary>
internal static class FailureTranslation
{
    /// <summary>The answer to a failure that clients must expect, or null for one that is a bug of this service.</summary>
    public static GatewayError? Expected(Exception exception) => exception switch
    {
        RequestException request => request.Error,
        JsonException json => InvalidJson(json),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } tooLarge => GatewayErrors.TooLarge(
            $"{tooLarge.Message} Send less at a time, or raise {HttpGatewayOptions.Section}:{nameof(HttpGatewayOptions.RequestBodyBytesMax)}."),
        BadHttpRequestException bad => GatewayErrors.OfStatus(bad.StatusCode, bad.Message),
        BackupFailedException failed => GatewayErrors.Of(ErrorCode.KafkaStorageError, $"The backup could not be written: {failed.Message}"),
        TimeoutException => GatewayErrors.Unavailable("The partition or topic did not answer in time; what was asked may be done all the same. Try again."),
        OrleansMessageRejectionException or SiloUnavailableException =>
            GatewayErrors.Unavailable("The part of the cluster that serves this is starting, stopping or unreachable. Try again."),
        _ => null,
    };

    /// <summary>The answer to a body that is not the JSON it should be. Lines and positions count from 1.</summary>
    public static GatewayError InvalidJson(JsonException exception)
    {
        long line = (exception.LineNumber ?? 0) + 1;
        long position = (exception.BytePositionInLine ?? 0) + 1;
        return GatewayErrors.InvalidRequest($"The JSON cannot be read at line {line}, position {position}: {Reason(exception)}") with
        {
            Extensions = [("line", line), ("position", position)],
        };
    }

    private static string Reason(JsonException exception)
    {
        if (exception.Message.Contains("could not be converted", StringComparison.Ordinal))
        {
            return $"the value at {exception.Path} has the wrong type or is out of range.";
        }
        int end = exception.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        int path = exception.Message.IndexOf(" Path:", StringComparison.Ordinal);
        end = path >= 0 && (end < 0 || path < end) ? path : end;
        return end < 0 ? exception.Message : exception.Message[..end];
    }
}
