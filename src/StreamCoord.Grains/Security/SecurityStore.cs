using StreamCoord.Grains.Topics;
using StreamCoord.Security;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Security;

/// <summary>Writes access control lists, credentials and quotas as Kafka keeps them in ZooKeeper. Two writers of one znode are told apart by its version.</summary>
internal sealed class SecurityStore(ICoordination tree, OwnedRoots roots, SecurityFollower follower) : ISecurityStore
{
    private const int AttemptsMax = 20;
    private static readonly StoreOutcome Contended = StoreOutcome.Refused(ErrorCode.UnknownServerError, "Others write the same all the time. Try again.");

    /// <inheritdoc/>
    public SecuritySnapshot Current => follower.State.Current;

    /// <inheritdoc/>
    public Task Loaded => follower.Loaded;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<StoreOutcome>> CreateAclsAsync(IReadOnlyList<AclBinding> bindings)
    {
        var outcomes = new StoreOutcome[bindings.Count];
        foreach (IGrouping<AclPattern, int> same in Enumerable.Range(0, bindings.Count).Where(i => IsLegal(i)).GroupBy(i => bindings[i].Pattern))
        {
            StoreOutcome outcome = await GuardAsync(() => ChangeAclAsync(same.Key, rules => [.. rules.Union(same.Select(i => bindings[i].Rule))]));
            same.ToList().ForEach(i => outcomes[i] = outcome);
        }
        return outcomes;

        bool IsLegal(int i)
        {
            outcomes[i] = bindings[i].Check() is { } problem ? StoreOutcome.Refused(ErrorCode.InvalidRequest, problem) : StoreOutcome.Done;
            return outcomes[i] == StoreOutcome.Done;
        }
    }

    /// <inheritdoc/>
    public async Task<(StoreOutcome Outcome, IReadOnlyList<AclBinding> Deleted)> DeleteAclsAsync(AclFilter filter)
    {
        if (filter.Check() is { } problem)
        {
            return (StoreOutcome.Refused(ErrorCode.InvalidRequest, problem), []);
        }
        List<AclBinding> deleted = [];
        foreach (AclPattern pattern in Current.Acls.All.Where(filter.Matches).Select(binding => binding.Pattern).Distinct().ToArray())
        {
            List<AclRule> gone = [];
            StoreOutcome outcome = await GuardAsync(() => ChangeAclAsync(pattern, rules =>
            {
                gone = [.. rules.Where(rule => filter.Matches(new AclBinding(pattern, rule)))];
                return [.. rules.Except(gone)];
            }));
            if (outcome.Error != ErrorCode.None)
            {
                return (outcome, deleted);
            }
            deleted.AddRange(gone.Select(rule => new AclBinding(pattern, rule)));
        }
        return (StoreOutcome.Done, deleted);
    }

    /// <inheritdoc/>
    public Task<StoreOutcome> AlterUserAsync(string user, IReadOnlyDictionary<SaslMechanism, ScramCredential?> changes)
    {
        return GuardAsync(() => ChangeConfigAsync(new QuotaEntity(user, null), config =>
        {
            SaslMechanism[] missing = [.. changes.Where(change => change.Value is null && !config.ContainsKey(change.Key.Name())).Select(change => change.Key)];
            if (missing.Length > 0)
            {
                return StoreOutcome.Refused(ErrorCode.ResourceNotFound, $"The user has no credential for {missing[0].Name()}.");
            }
            foreach ((SaslMechanism mechanism, ScramCredential? credential) in changes)
            {
                Set(config, mechanism.Name(), credential?.Write());
            }
            return StoreOutcome.Done;
        }));
    }

    /// <inheritdoc/>
    public Task<StoreOutcome> AlterQuotasAsync(QuotaEntity entity, IReadOnlyDictionary<QuotaKind, double?> changes)
    {
        return GuardAsync(() => ChangeConfigAsync(entity, config =>
        {
            foreach ((QuotaKind kind, double? limit) in changes)
            {
                Set(config, kind.Name(), limit is { } number ? EntityConfigs.Write(number) : null);
            }
            return StoreOutcome.Done;
        }));
    }

    private static void Set(Dictionary<string, string> config, string name, string? value)
    {
        config.Remove(name);
        if (value is not null)
        {
            config[name] = value;
        }
    }

    private static async Task<StoreOutcome> GuardAsync(Func<Task<StoreOutcome>> write)
    {
        try
        {
            return await write();
        }
        catch (TreeRefusedException failure)
        {
            return StoreOutcome.Refused(ErrorCode.UnknownServerError, failure.Message);
        }
    }

    private async Task<StoreOutcome> ChangeAclAsync(AclPattern pattern, Func<IReadOnlyList<AclRule>, IReadOnlyList<AclRule>> change)
    {
        string path = SecurityPaths.Of(pattern);
        OwnedRoot root = SecurityPaths.RootOf(path)!;
        for (int attempt = 0; attempt < AttemptsMax; attempt++)
        {
            ZNodeReply found = await tree.RequestAsync(ZNodeCaller.Service, new GetDataOperation(path));
            IReadOnlyList<AclRule>? before = found.IsOk ? AclNode.TryRead((found.Data ?? default).Span) : [];
            if (before is null)
            {
                return StoreOutcome.Refused(ErrorCode.UnknownServerError, $"The znode {path} does not hold what it must. A super user of the tree can delete it.");
            }
            IReadOnlyList<AclRule> after = change(before);
            if (after.Count == before.Count && !after.Except(before).Any())
            {
                return StoreOutcome.Done;
            }
            WriteOperation write = after.Count == 0 ? new DeleteOperation(path, found.Stat!.Value.Version)
                : found.IsOk ? new SetDataOperation(path, AclNode.Write(after), found.Stat!.Value.Version)
                : new CreateOperation(path, AclNode.Write(after), OwnedRoots.AclOf(root));
            if (await TryWriteAsync(root, path, write) is { } outcome)
            {
                return outcome;
            }
        }
        return Contended;
    }

    private async Task<StoreOutcome> ChangeConfigAsync(QuotaEntity entity, Func<Dictionary<string, string>, StoreOutcome> change)
    {
        if (new[] { entity.User, entity.ClientId, entity.Ip }.OfType<string>().FirstOrDefault(name => !SecurityPaths.CanBeEntity(name)) is { } impossible)
        {
            return StoreOutcome.Refused(ErrorCode.InvalidRequest, $"Nobody can be called '{impossible}'.");
        }
        string path = SecurityPaths.Of(entity);
        OwnedRoot root = SecurityPaths.RootOf(path)!;
        await roots.EnsureAsync([root]);
        for (int attempt = 0; attempt < AttemptsMax; attempt++)
        {
            ZNodeReply found = await tree.RequestAsync(ZNodeCaller.Service, new GetDataOperation(path));
            var config = new Dictionary<string, string>((found.IsOk ? EntityConfigNode.TryRead((found.Data ?? default).Span) : null) ?? new Dictionary<string, string>());
            StoreOutcome decided = change(config);
            if (decided.Error != ErrorCode.None)
            {
                return decided;
            }
            WriteOperation write = found.IsOk
                ? new SetDataOperation(path, EntityConfigNode.Write(config), found.Stat!.Value.Version)
                : new CreateOperation(path, EntityConfigNode.Write(config), OwnedRoots.AclOf(root));
            if (await TryWriteAsync(root, path, write) is { } outcome)
            {
                return outcome;
            }
        }
        return Contended;
    }

    /// <summary>The outcome, once this silo decides by it; null when somebody else was faster, or a parent was missing.</summary>
    private async Task<StoreOutcome?> TryWriteAsync(OwnedRoot root, string path, WriteOperation write)
    {
        ZNodeReply reply = await tree.RequestAsync(ZNodeCaller.Service, write);
        if (reply.Error == ZNodeError.NoNode && write is CreateOperation)
        {
            await CreateParentAsync(root, path[..path.LastIndexOf('/')]);
        }
        if (reply.Error is ZNodeError.BadVersion or ZNodeError.NodeExists or ZNodeError.NoNode)
        {
            return null;
        }
        if (reply.Error == ZNodeError.BadArguments)
        {
            return StoreOutcome.Refused(ErrorCode.InvalidRequest, $"What is to be stored is larger than a znode, or cannot be the name of one: {reply.Message}");
        }
        if (!reply.IsOk)
        {
            throw new TreeRefusedException($"{path} could not be written: {reply.Error}: {reply.Message}");
        }
        await follower.ReadAsync(root, [path]);
        return StoreOutcome.Done;
    }

    private async Task CreateParentAsync(OwnedRoot root, string path)
    {
        byte[]? data = SecurityPaths.EntityOf(path) is null ? null : EntityConfigNode.Write(new Dictionary<string, string>());
        ZNodeReply reply = await tree.RequestAsync(ZNodeCaller.Service, new CreateOperation(path, data, OwnedRoots.AclOf(root)));
        if (reply.Error == ZNodeError.NoNode && path.Length > root.Path.Length)
        {
            await CreateParentAsync(root, path[..path.LastIndexOf('/')]);
        }
    }
}
