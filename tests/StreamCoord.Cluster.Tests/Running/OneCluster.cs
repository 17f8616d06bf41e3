namespace StreamCoord.Cluster.Tests.Running;

/// <summary>The tests that use one cluster, one after another: a start of three silos takes as long as some of them.</summary>
[CollectionDefinition(nameof(OneCluster))]
public sealed class OneCluster : ICollectionFixture<SharedCluster>;
