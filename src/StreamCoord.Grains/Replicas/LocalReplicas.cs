using StreamCoord.Partitions;

namespace StreamCoord.Grains.Replicas;

/// <inheritdoc cref="ILocalReplicas"/>
internal sealed class LocalReplicas(ReplicaRegistry replicas) : ILocalReplicas
{
    /// <inheritdoc/>
    public async ValueTask<ReplicaSize?> MeasureAsync(TopicId topicId, int partition)
    {
        try
        {
            if (await replicas.FindAsync(topicId, partition) is not { } replica)
            {
                return null;
            }
            // A log that nobody has used yet has to be read first.
            await replica.HasRecordsAsync();
            (long sizeBytes, int _) = await replica.Log.MeasureAsync();
            return new ReplicaSize(sizeBytes, Math.Max(replica.Log.HighWatermark.Value - replica.Log.EndOffset.Value, 0));
        }
        catch (ObjectDisposedException)
        {
            return null;
        }
    }
}
