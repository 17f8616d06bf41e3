namespace StreamCoord.Cli.Http;

/// <summary>Which records are read, and from where on.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Group">As a member of this group; null for none.</param>
/// <param name="Partition">One partition only; null for all.</param>
/// <param name="Offset">Where to begin in that partition; null for what <paramref name="FromBeginning"/> says.</param>
/// <param name="FromBeginning">Whether to begin with the oldest.</param>
internal sealed record RecordSourceOptions(string Topic, string? Group, int? Partition, string? Offset, bool FromBeginning);
