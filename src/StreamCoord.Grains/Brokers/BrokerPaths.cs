namespace StreamCoord.Grains.Brokers;

/// <summary>Where Kafka keeps its brokers, its controller and its cluster's id in the tree.</summary>
internal static class BrokerPaths
{
    public const string Ids = "/brokers/ids";
    public const string Controller = "/controller";
    public const string ControllerEpoch = "/controller_epoch";
    public const string ClusterId = "/cluster/id";

    /// <summary>The ephemeral znode of a silo that lives.</summary>
    public static string Of(NodeId node) => $"{Ids}/{node}";
}
