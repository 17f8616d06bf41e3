namespace StreamCoord.Topics;

/// <summary>The list of topics. Key: 0. Use <see cref="TopicCatalogue"/> rather than this.</summary>
[Alias("StreamCoord.ITopicCatalogueGrain")]
public interface ITopicCatalogueGrain : IGrainWithIntegerKey
{
    /// <summary>The names of all topics, in no order; also of those that are being deleted.</summary>
    [Alias("List")]
    Task<IReadOnlyList<string>> List();
}
