namespace StreamCoord.Coordination.Tree;

/// <summary>Finds children by their names, which the znodes hold themselves: with millions of them a second reference to each name would be felt. Stateless.</summary>
internal sealed class ChildNames : IEqualityComparer<ZNode>, IAlternateEqualityComparer<ReadOnlySpan<char>, ZNode>
{
    private static readonly ChildNames Instance = new();

    /// <summary>An empty set of children.</summary>
    public static HashSet<ZNode> NewSet() => new(Instance);

    /// <summary>The child of a name, or null.</summary>
    public static ZNode? Find(HashSet<ZNode> children, ReadOnlySpan<char> name) =>
        children.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out ZNode? child) ? child : null;

    /// <inheritdoc/>
    public bool Equals(ZNode? x, ZNode? y) => x?.Name == y?.Name;

    /// <inheritdoc/>
    public int GetHashCode(ZNode obj) => GetHashCode(obj.Name.AsSpan());

    /// <inheritdoc/>
    public bool Equals(ReadOnlySpan<char> alternate, ZNode other) => alternate.SequenceEqual(other.Name);

    /// <inheritdoc/>
    public int GetHashCode(ReadOnlySpan<char> alternate) => string.GetHashCode(alternate);

    /// <inheritdoc/>
    public ZNode Create(ReadOnlySpan<char> alternate) => throw new NotSupportedException("A znode is not made of its name alone.");
}
