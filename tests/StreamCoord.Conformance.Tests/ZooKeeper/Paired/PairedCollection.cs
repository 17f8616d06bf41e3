namespace StreamCoord.Conformance.Tests.ZooKeeper.Paired;

/// <summary>Scenarios compare zxids, so nobody else may write meanwhile: one after the other.</summary>
[CollectionDefinition(nameof(PairedCollection))]
public sealed class PairedCollection : ICollectionFixture<ServicePair>;
