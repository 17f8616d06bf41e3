using StreamCoord.Security;

namespace StreamCoord.Testing.Security;

/// <summary>What is stored about access, in memory, set by the test.</summary>
public sealed class MemoryStore : ISecurityStore
{
    public SecuritySnapshot Current { get; set; } = SecuritySnapshot.Empty;

    public Task Loaded => Task.CompletedTask;

    /// <summary>Refuses every write of access control lists, when set.</summary>
    public StoreOutcome? Refusal { get; set; }

    public Task<IReadOnlyList<StoreOutcome>> CreateAclsAsync(IReadOnlyList<AclBinding> bindings)
    {
        if (Refusal is null)
        {
            Replace(Current.Acls.All.Union(bindings));
        }
        return Task.FromResult<IReadOnlyList<StoreOutcome>>([.. bindings.Select(_ => Refusal ?? StoreOutcome.Done)]);
    }

    public Task<(StoreOutcome Outcome, IReadOnlyList<AclBinding> Deleted)> DeleteAclsAsync(AclFilter filter)
    {
        AclBinding[] deleted = Refusal is null ? [.. Current.Acls.All.Where(filter.Matches)] : [];
        Replace(Current.Acls.All.Except(deleted));
        return Task.FromResult<(StoreOutcome, IReadOnlyList<AclBinding>)>((Refusal ?? StoreOutcome.Done, deleted));
    }

    public Task<StoreOutcome> AlterUserAsync(string user, IReadOnlyDictionary<SaslMechanism, ScramCredential?> changes) => throw new NotSupportedException();

    public Task<StoreOutcome> AlterQuotasAsync(QuotaEntity entity, IReadOnlyDictionary<QuotaKind, double?> changes) => throw new NotSupportedException();

    private void Replace(IEnumerable<AclBinding> bindings) => Current = Current with
    {
        Acls = new AclSet(bindings.GroupBy(binding => binding.Pattern).Select(same => KeyValuePair.Create(same.Key, (IReadOnlyList<AclRule>)[.. same.Select(binding => binding.Rule)]))),
    };
}
