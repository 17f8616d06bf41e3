namespace StreamCoord.Transactions;

/// <summary>Hands out producer ids that nobody else in the cluster has or had. Safe for concurrent use.</summary>
public interface IProducerIds
{
    /// <summary>An id that nobody has had; null when none can be had now.</summary>
    Task<long?> NextAsync();
}
