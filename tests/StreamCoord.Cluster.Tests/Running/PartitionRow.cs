namespace StreamCoord.Cluster.Tests.Running;

/// <summary>A row of the leadership table, as PostgreSQL has it.</summary>
internal sealed record PartitionRow(string TopicId, int Partition, string Replicas, int Epoch, int Leader, string InSync, long Version)
{
    public int ReplicaCount => Replicas.Split(',').Length;

    public int InSyncCount => InSync.Split(',').Length;

    public string Key => FormattableString.Invariant($"{TopicId}/{Partition}");
}
