namespace StreamCoord.Grains.ZNodes;

/// <summary>Where a silo keeps what belongs to the tree besides the log.</summary>
/// <param name="Directory">A directory of the data directory.</param>
internal sealed record ZNodePlace(string Directory)
{
    /// <summary>The place in a data directory.</summary>
    public static ZNodePlace In(string dataDirectory) => new(Path.Combine(dataDirectory, "znodes"));
}
