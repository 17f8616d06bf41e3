using StreamCoord.Partitions;
using StreamCoord.Replication;

namespace StreamCoord.Grains.Replicas;

/// <summary>A push that was made and not answered yet. Immutable; owns its data.</summary>
/// <param name="Replica">The leading copy that made it.</param>
/// <param name="Term">The term it was made in.</param>
/// <param name="Plan">Its plan.</param>
/// <param name="Push">The push.</param>
/// <param name="Data">Its batches.</param>
internal sealed record OutgoingPush(PartitionReplica Replica, LeaderReplica Term, PushPlan Plan, Push Push, RecordData Data)
{
    /// <summary>What it takes on the way. Bytes.</summary>
    public int SizeBytes => Data.Bytes.Length;

    /// <summary>What travels.</summary>
    public ReplicaPush ToMessage() => new(Replica.TopicId, Replica.Partition, Push, Data);

    /// <summary>Tells the copy how it has ended; null when it was not carried out, or nobody knows.</summary>
    public void End(PushReply? reply) => Replica.PushEnded(this, reply);
}
