using StreamCoord.Gateway.Http.Errors;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.Http.ZNodes;

/// <summary>The one place that decides which status a failure of the znode tree gets. The <c>code</c> is ZooKeeper's word.</summary>
internal static class ZNodeErrors
{
    /// <summary>The <c>code</c> of a watch that is to go on where the log does not reach back to. ZooKeeper has no word for it.</summary>
    public const string HistoryGone = "HistoryGone";

    /// <summary>The answer to a refusal.</summary>
    public static GatewayError Of(ZNodeError error, string? message)
    {
        string detail = message ?? $"The request failed with {error}.";
        int status = StatusOf(error);
        return new GatewayError(status, error.ToString(), status, IsOutcomeUnknown(error) ? WithAdvice(detail) : detail)
        {
            // Whoever repeats a request whose outcome is unknown must look first, so nothing invites machines to do it blindly.
            IsRetriable = error is ZNodeError.RequestTimeout or ZNodeError.ThrottledOp or ZNodeError.NotReadOnly,
        };
    }

    /// <summary>A path, parameter or body that makes no sense: 400.</summary>
    public static GatewayError BadArguments(string detail) => Of(ZNodeError.BadArguments, detail);

    /// <summary>More bytes or operations than a limit allows: 413.</summary>
    public static GatewayError TooLarge(string detail) =>
        new(StatusCodes.Status413PayloadTooLarge, nameof(ZNodeError.BadArguments), StatusCodes.Status413PayloadTooLarge, detail);

    /// <summary>A read that this silo cannot answer yet, and that changes nothing: 503.</summary>
    public static GatewayError NotYet(string detail) =>
        new(StatusCodes.Status503ServiceUnavailable, nameof(ZNodeError.OperationTimeout), StatusCodes.Status503ServiceUnavailable, detail);

    /// <summary>A watch stream that cannot be resumed: 410.</summary>
    public static GatewayError Gone(string detail) => new(StatusCodes.Status410Gone, HistoryGone, StatusCodes.Status410Gone, detail);

    /// <summary>Throws unless the tree reports success.</summary>
    public static void ThrowIfFailed(ZNodeReply reply)
    {
        if (!reply.IsOk)
        {
            RequestException.Throw(Of(reply.Error, reply.Message));
        }
    }

    /// <summary>
    /// The status of a code. An expired session is 410 and not 404: it does not come back, and a missing znode must look different. A quota is 403 and
    /// not 507: there is room, a rule forbids to use it, and asking again does not help.
    /// </summary>
    public static int StatusOf(ZNodeError error) => error switch
    {
        ZNodeError.BadArguments or ZNodeError.MarshallingError or ZNodeError.InvalidAcl => StatusCodes.Status400BadRequest,
        ZNodeError.AuthFailed => StatusCodes.Status401Unauthorized,
        ZNodeError.NoAuth or ZNodeError.QuotaExceeded or ZNodeError.ReconfigDisabled => StatusCodes.Status403Forbidden,
        ZNodeError.NoNode or ZNodeError.NoWatcher => StatusCodes.Status404NotFound,
        ZNodeError.NodeExists or ZNodeError.NotEmpty or ZNodeError.NoChildrenForEphemerals or ZNodeError.SessionMoved => StatusCodes.Status409Conflict,
        ZNodeError.SessionExpired => StatusCodes.Status410Gone,
        ZNodeError.BadVersion => StatusCodes.Status412PreconditionFailed,
        ZNodeError.Unimplemented => StatusCodes.Status501NotImplemented,
        ZNodeError.ConnectionLoss or ZNodeError.OperationTimeout or ZNodeError.RequestTimeout or ZNodeError.ThrottledOp or ZNodeError.NotReadOnly =>
            StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };

    private static bool IsOutcomeUnknown(ZNodeError error) => error is ZNodeError.ConnectionLoss or ZNodeError.OperationTimeout;

    private static string WithAdvice(string detail) =>
        $"{detail} The outcome is not known: a change may have been carried out or not. Read what it would have changed before you send it again.";
}
