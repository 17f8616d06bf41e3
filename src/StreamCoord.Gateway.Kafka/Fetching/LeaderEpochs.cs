using StreamCoord.Partitions;

namespace StreamCoord.Gateway.Kafka.Fetching;

/// <summary>Compares what a client takes for a partition's leader epoch with the one that it is led in (KIP-320): a client with another one may have read what is not there any more. Safe for concurrent use.</summary>
internal sealed class LeaderEpochs(ILocalPartitions locals, IGrainFactory grains)
{
    /// <summary>
    /// <see cref="ErrorCode.FencedLeaderEpoch"/> for an older epoch, <see cref="ErrorCode.UnknownLeaderEpoch"/> for a newer one; <see cref="ErrorCode.None"/> when it is the same, or one of the two is not known.
    /// </summary>
    public async ValueTask<ErrorCode> CheckAsync(TopicPartition partition, int clientEpoch)
    {
        if (clientEpoch < 0)
        {
            return ErrorCode.None;
        }
        PartitionRange? range = locals.TryGetRange(partition);
        if (range is null)
        {
            // Nobody leads it yet: the grain takes it over.
            PartitionDescription description = await grains.GetGrain<IPartitionGrain>(partition.ToString()).Describe();
            return description.Error == ErrorCode.None ? Compare(clientEpoch, description.LeaderEpoch) : ErrorCode.None;
        }
        return Compare(clientEpoch, range.Value.Epoch);
    }

    /// <summary>The epoch that a partition is led in, or <see cref="LeaderEpoch.Unknown"/> while nobody uses it.</summary>
    public LeaderEpoch Find(TopicPartition partition) => locals.TryGetRange(partition)?.Epoch ?? LeaderEpoch.Unknown;

    private static ErrorCode Compare(int clientEpoch, LeaderEpoch serving) => serving == LeaderEpoch.Unknown || clientEpoch == serving.Value
        ? ErrorCode.None
        : clientEpoch < serving.Value ? ErrorCode.FencedLeaderEpoch : ErrorCode.UnknownLeaderEpoch;
}
