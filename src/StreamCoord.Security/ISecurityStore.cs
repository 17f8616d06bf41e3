namespace StreamCoord.Security;

/// <summary>
/// Access control lists, credentials and quotas of the cluster. Reads come from this silo's memory, which follows what anybody writes. One per silo; safe for concurrent use.
/// </summary>
/// <remarks>A write that has succeeded is durable, and this silo decides by it; other silos do shortly after.</remarks>
public interface ISecurityStore
{
    /// <summary>What this silo decides by. <see cref="SecuritySnapshot.Empty"/> until <see cref="Loaded"/> has ended: decide nothing before.</summary>
    SecuritySnapshot Current { get; }

    /// <summary>Ends when everything that is stored has been read.</summary>
    Task Loaded { get; }

    /// <summary>Adds rules; one that is there already stays.</summary>
    /// <returns>An outcome for each, in their order.</returns>
    Task<IReadOnlyList<StoreOutcome>> CreateAclsAsync(IReadOnlyList<AclBinding> bindings);

    /// <summary>Deletes what a filter matches.</summary>
    /// <returns>The outcome, and the rules that were deleted.</returns>
    Task<(StoreOutcome Outcome, IReadOnlyList<AclBinding> Deleted)> DeleteAclsAsync(AclFilter filter);

    /// <summary>Stores credentials of a user, or deletes those whose value is null.</summary>
    /// <returns><see cref="ErrorCode.ResourceNotFound"/>, and nothing is changed, when one is to be deleted that is not there.</returns>
    Task<StoreOutcome> AlterUserAsync(string user, IReadOnlyDictionary<SaslMechanism, ScramCredential?> changes);

    /// <summary>Sets limits of an entity, or takes away those whose value is null.</summary>
    Task<StoreOutcome> AlterQuotasAsync(QuotaEntity entity, IReadOnlyDictionary<QuotaKind, double?> changes);
}
