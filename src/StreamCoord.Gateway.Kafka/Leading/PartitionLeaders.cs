using StreamCoord.Partitions;

namespace StreamCoord.Gateway.Kafka.Leading;

/// <summary>
/// Whether this broker leads a partition, which it must before it answers anything about its records, but for what consumers read from copies that follow: clients go to who does. And whether what a client takes for the
/// leader's epoch is right (KIP-320): a client with another one may have read what is not there any more. Safe for concurrent use.
/// </summary>
internal sealed class PartitionLeaders(ILocalPartitions locals, ILocalFollowers followers, IGrainFactory grains, ClusterIdentity identity)
{
    /// <summary>
    /// Has the partition led here if that is for this broker to do. <see cref="ErrorCode.None"/> when it is led here and can be read; else what the client is told, <see cref="ErrorCode.NotLeaderOrFollower"/> when another leads.
    /// </summary>
    public ValueTask<ErrorCode> EnsureLedAsync(TopicPartition partition)
    {
        return locals.TryGetRange(partition) is not null ? new(ErrorCode.None)
            : IsLedElsewhere(partition) ? new(ErrorCode.NotLeaderOrFollower)
            : AskAsync(partition);
    }

    /// <summary>
    /// As <see cref="EnsureLedAsync"/>, and <see cref="ErrorCode.FencedLeaderEpoch"/> for a client with an older epoch, <see cref="ErrorCode.UnknownLeaderEpoch"/> for one with a newer; no error for one that does not say.
    /// </summary>
    public ValueTask<ErrorCode> CheckAsync(TopicPartition partition, int clientEpoch) =>
        locals.TryGetRange(partition) is { } range ? new(Compare(clientEpoch, range.Epoch)) : CheckSlowlyAsync(partition, clientEpoch);

    /// <summary>As <see cref="CheckAsync"/>, for a client that may also read from a copy that follows: then the epoch is compared with the newest that is known here.</summary>
    public ValueTask<ErrorCode> CheckAnyAsync(TopicPartition partition, int clientEpoch) =>
        locals.TryGetRange(partition) is null && followers.TryGetRange(partition) is { } range ? new(Compare(clientEpoch, range.Epoch)) : CheckAsync(partition, clientEpoch);

    private static ErrorCode Compare(int clientEpoch, LeaderEpoch serving) => clientEpoch < 0 || serving == LeaderEpoch.Unknown || clientEpoch == serving.Value
        ? ErrorCode.None
        : clientEpoch < serving.Value ? ErrorCode.FencedLeaderEpoch : ErrorCode.UnknownLeaderEpoch;

    private bool IsLedElsewhere(TopicPartition partition) => locals.FindLeader(partition) is { } leader && leader.Node != identity.NodeId;

    private async ValueTask<ErrorCode> CheckSlowlyAsync(TopicPartition partition, int clientEpoch)
    {
        ErrorCode error = await EnsureLedAsync(partition);
        return error == ErrorCode.None && locals.TryGetRange(partition) is { } range ? Compare(clientEpoch, range.Epoch) : error;
    }

    // The grain takes over what is to be led here and nobody has used yet; where another leads it learns that, and would pass the call on.
    private async ValueTask<ErrorCode> AskAsync(TopicPartition partition)
    {
        try
        {
            PartitionDescription description = await grains.GetGrain<IPartitionGrain>(partition.ToString()).Describe();
            return IsLedElsewhere(partition) ? ErrorCode.NotLeaderOrFollower : description.Error;
        }
        catch (Exception failure) when (failure is OrleansException or TimeoutException)
        {
            return ErrorCode.NotLeaderOrFollower;
        }
    }
}
