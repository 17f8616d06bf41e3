using StreamCoord.Coordination.Acls;
using StreamCoord.ZNodes;

namespace StreamCoord.Coordination.Tree;

/// <summary>Answers reads from the committed tree. Stateless; called with the tree's gate held, so that a read and the watch that goes with it are one step.</summary>
public static class ReadRules
{
    /// <summary>
    /// Answers a read at the tree's applied zxid. Null when it needs data that is not in memory: then <paramref name="missingPath"/> is the znode to bring there.
    /// </summary>
    public static ZNodeReply? TryRead(ZNodeTree tree, ZNodeCaller caller, ReadOperation operation, out string? missingPath)
    {
        missingPath = null;
        return operation switch
        {
            ExistsOperation exists => Exists(tree, caller, exists.Path),
            GetDataOperation get => GetData(tree, caller, get.Path, out missingPath),
            GetChildrenOperation get => GetChildren(tree, caller, get),
            GetAclOperation get => GetAcl(tree, caller, get.Path),
            CountDescendantsOperation count => CountDescendants(tree, caller, count.Path),
            GetEphemeralsOperation get => GetEphemerals(tree, caller, get.PathPrefix),
            MultiReadOperation multi => ReadAll(tree, caller, multi, out missingPath),
            WhoAmIOperation => new ZNodeReply { Zxid = tree.Applied, Identities = [.. caller.Identities.Select(WithoutHash)] },
            _ => ZNodeReply.Refused(ZNodeError.Unimplemented, $"{operation.GetType().Name} is not known.", tree.Applied),
        };
    }

    /// <summary>Whether a caller may read a znode; of one that is gone, whether it may read the nearest one above.</summary>
    public static bool MayRead(ZNodeTree tree, ZNodeCaller caller, string path)
    {
        ReadOnlySpan<char> nearest = path;
        ZNode? node = tree.Find(nearest);
        for (; node is null; node = tree.Find(nearest))
        {
            nearest = ZNodePath.ParentOf(nearest);
        }
        return AclRules.Allows(node.Acl, ZNodePermissions.Read, caller.Identities);
    }

    // The id of a digest identity is user:hash, and nobody is shown the hash.
    private static AuthIdentity WithoutHash(AuthIdentity identity) =>
        identity.Scheme == AuthSchemes.Digest ? identity with { Id = identity.Id.Split(':')[0] } : identity;

    private static ZNodeReply Exists(ZNodeTree tree, ZNodeCaller caller, string path)
    {
        if (path.Contains('\0', StringComparison.Ordinal))
        {
            return ZNodeReply.Refused(ZNodeError.BadArguments, "A path holds no NUL.", tree.Applied);
        }
        return TryFind(tree, caller, path, ZNodePermissions.Read, out ZNodeReply? refusal) is { } node
            ? new ZNodeReply { Zxid = tree.Applied, Stat = StatOf(tree, node, path) }
            : refusal!;
    }

    private static ZNodeReply? GetData(ZNodeTree tree, ZNodeCaller caller, string path, out string? missingPath)
    {
        missingPath = null;
        if (TryFind(tree, caller, path, ZNodePermissions.Read, out ZNodeReply? refusal) is not { } node)
        {
            return refusal;
        }
        if (tree.UsageTextAt(path) is { } usage)
        {
            return new ZNodeReply { Zxid = tree.Applied, Stat = node.Stat with { DataLength = usage.Length }, Data = usage };
        }
        if (node.DataOffset == Offset.None)
        {
            return new ZNodeReply { Zxid = tree.Applied, Stat = node.Stat, Data = ReadOnlyMemory<byte>.Empty };
        }
        if (tree.FindProjection(path) is not { } projection || !projection.TryGetData(node, out ReadOnlyMemory<byte>? data))
        {
            missingPath = path;
            return null;
        }
        return new ZNodeReply { Zxid = tree.Applied, Stat = node.Stat, Data = data };
    }

    private static ZNodeReply GetChildren(ZNodeTree tree, ZNodeCaller caller, GetChildrenOperation get)
    {
        return TryFind(tree, caller, get.Path, ZNodePermissions.Read, out ZNodeReply? refusal) is { } node
            ? new ZNodeReply { Zxid = tree.Applied, Stat = StatOf(tree, node, get.Path), Names = NamesOf(node, get.Filter) }
            : refusal!;
    }

    private static string[] NamesOf(ZNode node, ChildFilter filter) => (node.Children, filter) switch
    {
        (null, _) => [],
        ({ } children, ChildFilter.All) => [.. children.Select(child => child.Name)],
        ({ } children, _) => [.. children.Where(child => child.Owner.IsEphemeral == (filter == ChildFilter.Ephemeral)).Select(child => child.Name)],
    };

    private static ZNodeReply GetAcl(ZNodeTree tree, ZNodeCaller caller, string path)
    {
        if (TryFind(tree, caller, path, ZNodePermissions.Read | ZNodePermissions.Admin, out ZNodeReply? refusal) is not { } node)
        {
            return refusal!;
        }
        bool isAdmin = AclRules.Allows(node.Acl, ZNodePermissions.Admin, caller.Identities);
        return new ZNodeReply { Zxid = tree.Applied, Stat = StatOf(tree, node, path), Acl = isAdmin ? node.Acl : AclRules.Mask(node.Acl) };
    }

    private static ZNodeReply CountDescendants(ZNodeTree tree, ZNodeCaller caller, string path)
    {
        return TryFind(tree, caller, path, ZNodePermissions.Read, out ZNodeReply? refusal) is { } node
            ? new ZNodeReply { Zxid = tree.Applied, Count = node.DescendantCount }
            : refusal!;
    }

    private static ZNodeReply GetEphemerals(ZNodeTree tree, ZNodeCaller caller, string pathPrefix)
    {
        string[] paths = [.. tree.EphemeralPathsOf(caller.Session).Where(path => path.StartsWith(pathPrefix, StringComparison.Ordinal))];
        return new ZNodeReply { Zxid = tree.Applied, Names = paths };
    }

    private static ZNodeReply? ReadAll(ZNodeTree tree, ZNodeCaller caller, MultiReadOperation multi, out string? missingPath)
    {
        missingPath = null;
        var results = new ZNodeReply[multi.Operations.Count];
        for (int i = 0; i < results.Length; i++)
        {
            if (multi.Operations[i] is not (ExistsOperation or GetDataOperation or GetChildrenOperation))
            {
                return ZNodeReply.Refused(ZNodeError.MarshallingError, "A multiple read holds exists, get data and get children only.", tree.Applied);
            }
            if (TryRead(tree, caller, multi.Operations[i], out missingPath) is not { } result)
            {
                return null;
            }
            results[i] = result;
        }
        return new ZNodeReply { Zxid = tree.Applied, Results = results };
    }

    private static ZNode? TryFind(ZNodeTree tree, ZNodeCaller caller, string path, ZNodePermissions needed, out ZNodeReply? refusal)
    {
        ZNode? node = path is ['/', ..] && (path.Length == 1 || path[^1] != '/') ? tree.Find(path) : null;
        refusal = node is null
            ? ZNodeReply.Refused(ZNodeError.NoNode, $"{path} does not exist.", tree.Applied)
            : AclRules.Allows(node.Acl, needed, caller.Identities)
                ? null
                : ZNodeReply.Refused(ZNodeError.NoAuth, $"The access control list of {path} does not give the caller the permission {needed}.", tree.Applied);
        return refusal is null ? node : null;
    }

    // What a quota's node of numbers holds is counted, not written.
    private static ZNodeStat StatOf(ZNodeTree tree, ZNode node, string path) =>
        tree.UsageTextAt(path) is { } usage ? node.Stat with { DataLength = usage.Length } : node.Stat;
}
