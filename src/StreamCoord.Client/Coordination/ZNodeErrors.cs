using StreamCoord.Client.Calls;
using StreamCoord.ZNodes;

namespace StreamCoord.Client.Coordination;

/// <summary>Which refusals of the tree pass by themselves. Stateless.</summary>
internal static class ZNodeErrors
{
    private const int FirstBackoffMs = 20;
    private const int BackoffMsMax = 500;

    /// <summary>How long to wait before it is asked again.</summary>
    public static Backoff Backoff() => new(FirstBackoffMs, BackoffMsMax);

    /// <summary>Whether asking again may help what may be carried out twice.</summary>
    public static bool Passes(ZNodeError error) => IsUnknown(error) || WasNotCarriedOut(error);

    /// <summary>Whether it may have been carried out or not.</summary>
    public static bool IsUnknown(ZNodeError error) => error is ZNodeError.ConnectionLoss or ZNodeError.OperationTimeout or ZNodeError.SessionMoved;

    /// <summary>Whether it was not carried out, and may be asked for again whatever it is.</summary>
    public static bool WasNotCarriedOut(ZNodeError error) => error is ZNodeError.RequestTimeout or ZNodeError.ThrottledOp;
}
