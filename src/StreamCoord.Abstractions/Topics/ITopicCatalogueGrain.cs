namespace StreamCoord.Topics;

/// <summary>
/// One shard of the list of topics. Key: the shard's number, 0 to <see cref="TopicCatalogue.ShardCount"/> - 1. A name is
/// listed before its topic exists and unlisted after it is gone, so a listed name may have no topic; it is never the other
/// way round. Use <see cref="TopicCatalogue"/> rather than this.
/// </summary>
[Alias("StreamCoord.ITopicCatalogueGrain")]
public interface ITopicCatalogueGrain : IGrainWithIntegerKey
{
    /// <summary>
    /// Lists a name. Null when that is done, durably, or was done before; else the listed name that collides with it
    /// (see <see cref="TopicName.Fold"/>).
    /// </summary>
    [Alias("Add")]
    Task<string?> Add(string name);

    /// <summary>Takes a name off the list.</summary>
    [Alias("Remove")]
    Task Remove(string name);

    /// <summary>The shard's names, in no order.</summary>
    [Alias("List")]
    Task<IReadOnlyList<string>> List();
}
