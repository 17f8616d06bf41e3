using StreamCoord.ZNodes;

namespace StreamCoord.Coordination.Tree;

/// <summary>Gives equal access control lists one object: a million znodes share a handful. Guarded by the tree's gate.</summary>
internal sealed class AclTable
{
    // Beyond this many different lists a table would cost more than it saves.
    private const int ListsMax = 10_000;

    private readonly HashSet<IReadOnlyList<AclEntry>> _lists = new(new ByEntries()) { AclEntry.Open, AclEntry.ReadOnly };

    public IReadOnlyList<AclEntry> Intern(IReadOnlyList<AclEntry> acl)
    {
        if (ReferenceEquals(acl, AclEntry.Open))
        {
            return acl;
        }
        if (_lists.TryGetValue(acl, out IReadOnlyList<AclEntry>? known))
        {
            return known;
        }
        if (_lists.Count < ListsMax)
        {
            _lists.Add(acl);
        }
        return acl;
    }

    private sealed class ByEntries : IEqualityComparer<IReadOnlyList<AclEntry>>
    {
        public bool Equals(IReadOnlyList<AclEntry>? x, IReadOnlyList<AclEntry>? y) => ReferenceEquals(x, y) || (x is not null && y is not null && x.SequenceEqual(y));

        public int GetHashCode(IReadOnlyList<AclEntry> acl)
        {
            var hash = default(HashCode);
            foreach (AclEntry entry in acl)
            {
                hash.Add(entry);
            }
            return hash.ToHashCode();
        }
    }
}
