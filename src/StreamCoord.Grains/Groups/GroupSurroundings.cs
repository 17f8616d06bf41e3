namespace StreamCoord.Grains.Groups;

/// <summary>What consumer groups follow of the tree.</summary>
/// <param name="Topics">The topics.</param>
/// <param name="Configs">The configurations of groups.</param>
internal sealed record GroupSurroundings(TopicImages Topics, GroupConfigStore Configs);
