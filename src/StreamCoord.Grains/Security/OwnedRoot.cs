namespace StreamCoord.Grains.Security;

/// <summary>A znode below which only the service writes, though everybody may write beside it. Immutable.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Below">What is made with it.</param>
/// <param name="IsSecret">Whether nobody else may read it either.</param>
internal sealed record OwnedRoot(string Path, IReadOnlyList<string> Below, bool IsSecret = false)
{
    /// <summary>
    /// Proves that the service made the root: it lies where only the service can write, and was created by the same transaction. Whoever deletes the root and makes one of their own
    /// cannot give it that transaction.
    /// </summary>
    public string Marker => $"/streamcoord/{Path[1..].Replace('/', '-')}";
}
