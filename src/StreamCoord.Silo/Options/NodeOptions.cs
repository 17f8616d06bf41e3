namespace StreamCoord.Silo.Options;

/// <summary>Who this silo is and where it keeps its data. Immutable; a change needs a restart.</summary>
internal sealed class NodeOptions
{
    /// <summary><c>DataDirectory</c>: where logs, the embedded database and the silo's identity lie. A full path.</summary>
    /// <value><c>./data</c>, below the working directory, so that a first start needs no configuration.</value>
    public required string DataDirectory { get; init; }

    /// <summary><c>NodeId</c>: the silo's number in the cluster, Kafka's <c>node.id</c>. 0 to 2147483647. Fixed once the data directory exists.</summary>
    /// <value>1.</value>
    public required NodeId NodeId { get; init; }

    /// <summary><c>Rack</c>: where the machine stands, Kafka's <c>broker.rack</c>: copies of a partition are put on different racks, and consumers can read on theirs (Kafka:ReplicaSelector).</summary>
    /// <value>None.</value>
    public string? Rack { get; init; }

    public static NodeOptions Read(SettingsReader settings)
    {
        return new NodeOptions
        {
            DataDirectory = Path.GetFullPath(settings.Text("DataDirectory", "./data", "a path that this user may write")!),
            NodeId = new NodeId(settings.Number("NodeId", 1, 0, int.MaxValue)),
            Rack = settings.Text("Rack"),
        };
    }
}
