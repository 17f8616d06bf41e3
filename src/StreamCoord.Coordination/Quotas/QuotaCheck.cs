using StreamCoord.ZNodes;

namespace StreamCoord.Coordination.Quotas;

/// <summary>How a quota judges a change. The default value: no limit is exceeded.</summary>
/// <param name="Error"><see cref="ZNodeError.QuotaExceeded"/> when the change is refused, else <see cref="ZNodeError.Ok"/>.</param>
/// <param name="Exceeded">
/// Which limit is exceeded, as a sentence for people; null for none. With <see cref="ZNodeError.Ok"/> it is worth a warning: a soft limit, or a hard one that is not
/// enforced.
/// </param>
public readonly record struct QuotaCheck(ZNodeError Error, string? Exceeded);
