namespace StreamCoord.Cluster.Tests.Faults;

/// <summary>Ways on which nothing arrives any more.</summary>
/// <param name="What">Which those are, for people.</param>
/// <param name="Ways">From which place to which.</param>
internal sealed record NetworkCut(string What, IReadOnlyCollection<(int From, int To)> Ways);
