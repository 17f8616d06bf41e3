namespace StreamCoord.Gateway.Http.Errors;

/// <summary>The one place that decides which status and which number a failure gets.</summary>
internal static class GatewayErrors
{
    private const int ConfluentBadRequest = 40002;
    private const int ConfluentAuthentication = 40101;
    private const int ConfluentAuthorization = 40301;
    private const int ConfluentPartitionNotFound = 40402;
    private const int ConfluentUnknownTopicOrPartition = 40403;
    private const int ConfluentPayload = 42206;
    private const int ConfluentBatch = 42208;
    private const int ConfluentKafkaError = 50002;
    private const int ConfluentRetriable = 50003;

    /// <summary>The answer to a failure that a grain reports.</summary>
    public static GatewayError Of(ErrorCode code, string? message)
    {
        string detail = message ?? $"The request failed with {code.WireName()}.";
        (int status, int confluentCode) = StatusOf(code, detail);
        return new GatewayError(status, code.WireName(), confluentCode, detail);
    }

    /// <summary>A parameter, a path or a body that makes no sense: 400.</summary>
    public static GatewayError InvalidRequest(string detail) =>
        new(StatusCodes.Status400BadRequest, ErrorCode.InvalidRequest.WireName(), StatusCodes.Status400BadRequest, detail);

    /// <summary>A partition that the topic does not have: 404.</summary>
    public static GatewayError PartitionNotFound(string detail) =>
        new(StatusCodes.Status404NotFound, ErrorCode.UnknownTopicOrPartition.WireName(), ConfluentPartitionNotFound, detail);

    /// <summary>Anything else that is not there: 404.</summary>
    public static GatewayError NotFound(string detail) =>
        new(StatusCodes.Status404NotFound, "NOT_FOUND", StatusCodes.Status404NotFound, detail);

    /// <summary>A body that is well-formed and still cannot be used: 422.</summary>
    public static GatewayError Unprocessable(string detail) =>
        new(StatusCodes.Status422UnprocessableEntity, ErrorCode.InvalidRequest.WireName(), ConfluentPayload, detail);

    /// <summary>A produce batch whose entries contradict the rules: 422.</summary>
    public static GatewayError InvalidBatch(string detail) =>
        new(StatusCodes.Status422UnprocessableEntity, ErrorCode.InvalidRequest.WireName(), ConfluentBatch, detail);

    /// <summary>More than a limit allows: 413.</summary>
    public static GatewayError TooLarge(string detail) => Of(ErrorCode.MessageTooLarge, detail);

    /// <summary>A content type that the path does not take: 415.</summary>
    public static GatewayError UnsupportedMediaType(string detail) => OfStatus(StatusCodes.Status415UnsupportedMediaType, detail);

    /// <summary>A part of the service that cannot answer now: 503.</summary>
    public static GatewayError Unavailable(string detail) =>
        new(StatusCodes.Status503ServiceUnavailable, ErrorCode.RequestTimedOut.WireName(), ConfluentRetriable, detail);

    /// <summary>Somebody who has not proved who they are, and must: 401.</summary>
    public static GatewayError Unauthenticated(string detail) =>
        new(StatusCodes.Status401Unauthorized, ErrorCode.SaslAuthenticationFailed.WireName(), ConfluentAuthentication, detail);

    /// <summary>A bug: 500. The log has the details, the client has not.</summary>
    public static GatewayError Internal() =>
        Of(ErrorCode.UnknownServerError, "The server failed on this request; its log says why.");

    /// <summary>The answer for a status that the web server itself decided on.</summary>
    public static GatewayError OfStatus(int status, string? detail = null) => status switch
    {
        StatusCodes.Status404NotFound => NotFound(detail ?? "There is nothing at this path."),
        StatusCodes.Status405MethodNotAllowed => new(status, "METHOD_NOT_ALLOWED", status, detail ?? "This path does not take this method."),
        StatusCodes.Status413PayloadTooLarge => TooLarge(detail ?? "The request's body is too large."),
        StatusCodes.Status415UnsupportedMediaType => new(status, "UNSUPPORTED_MEDIA_TYPE", status, detail ?? "This path does not take this content type."),
        < StatusCodes.Status500InternalServerError => new(status, ErrorCode.InvalidRequest.WireName(), status, detail ?? "The request is not valid HTTP."),
        _ => Internal(),
    };

    private static (int Status, int ConfluentCode) StatusOf(ErrorCode code, string detail) => code switch
    {
        ErrorCode.UnknownTopicOrPartition or ErrorCode.UnknownTopicId => (StatusCodes.Status404NotFound, ConfluentUnknownTopicOrPartition),
        ErrorCode.TopicAuthorizationFailed or ErrorCode.GroupAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed => (StatusCodes.Status403Forbidden, ConfluentAuthorization),
        ErrorCode.OffsetOutOfRange => (StatusCodes.Status416RangeNotSatisfiable, StatusCodes.Status416RangeNotSatisfiable),
        ErrorCode.MessageTooLarge or ErrorCode.RecordListTooLarge => (StatusCodes.Status413PayloadTooLarge, StatusCodes.Status413PayloadTooLarge),
        ErrorCode.KafkaStorageError when SaysDiskIsFull(detail) => (StatusCodes.Status507InsufficientStorage, ConfluentRetriable),
        ErrorCode.CorruptMessage => (StatusCodes.Status500InternalServerError, ConfluentKafkaError),
        ErrorCode.UnknownServerError or ErrorCode.None => (StatusCodes.Status500InternalServerError, ConfluentKafkaError),
        _ when code.IsRetriable() => (StatusCodes.Status503ServiceUnavailable, ConfluentRetriable),
        _ => (StatusCodes.Status400BadRequest, ConfluentBadRequest),
    };

    private static bool SaysDiskIsFull(string detail) =>
        detail.Contains("full", StringComparison.OrdinalIgnoreCase) || detail.Contains("no space", StringComparison.OrdinalIgnoreCase);
}
