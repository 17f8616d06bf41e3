namespace StreamCoord.Conformance.Tests.ZooKeeper.Paired;

/// <summary>Scenarios run one after the other: two processors serve both services.</summary>
[CollectionDefinition(nameof(PairedCollection))]
public sealed class PairedCollection;
