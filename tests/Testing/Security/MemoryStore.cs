using StreamCoord.Security;

namespace StreamCoord.Testing.Security;

/// <summary>What is stored about access, in memory, set by the test.</summary>
public sealed class MemoryStore : ISecurityStore
{
    public SecuritySnapshot Current { get; set; } = SecuritySnapshot.Empty;

    public Task Loaded => Task.CompletedTask;

    public Task<IReadOnlyList<StoreOutcome>> CreateAclsAsync(IReadOnlyList<AclBinding> bindings) => throw new NotSupportedException();

    public Task<(StoreOutcome Outcome, IReadOnlyList<AclBinding> Deleted)> DeleteAclsAsync(AclFilter filter) => throw new NotSupportedException();

    public Task<StoreOutcome> AlterUserAsync(string user, IReadOnlyDictionary<SaslMechanism, ScramCredential?> changes) => throw new NotSupportedException();

    public Task<StoreOutcome> AlterQuotasAsync(QuotaEntity entity, IReadOnlyDictionary<QuotaKind, double?> changes) => throw new NotSupportedException();
}
