namespace StreamCoord.Grains.Topics;

/// <summary>What a shard of the catalogue keeps in the database. Immutable.</summary>
[GenerateSerializer, Immutable, Alias("StreamCoord.TopicCatalogueState")]
internal sealed record TopicCatalogueState
{
    /// <summary>The newest format this build knows; it refuses newer ones.</summary>
    public const int NewestFormat = 1;

    /// <summary>The format this was written in.</summary>
    [Id(0)]
    public int Format { get; init; } = NewestFormat;

    /// <summary>The names listed.</summary>
    [Id(1)]
    public IReadOnlyList<string> Names { get; init; } = [];
}
