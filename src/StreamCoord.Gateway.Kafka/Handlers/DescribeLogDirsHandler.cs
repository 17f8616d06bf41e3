using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Partitions;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;
using StreamCoord.Topics;
using PartitionAnswer = StreamCoord.Protocol.Kafka.Messages.DescribeLogDirsResponse.DescribeLogDirsPartition;
using TopicAnswer = StreamCoord.Protocol.Kafka.Messages.DescribeLogDirsResponse.DescribeLogDirsTopic;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Tells how much this broker's copies of partitions take in the directory of the logs, of which there is one, and how much room is left on its volume.</summary>
internal sealed class DescribeLogDirsHandler(IGrainFactory grains, ILogDirectory directory, ILocalReplicas replicas) : ApiHandler<DescribeLogDirsRequest, DescribeLogDirsResponse>
{
    /// <summary>How many partitions are asked at a time, as each opens its log for it.</summary>
    private const int PartitionCallsMax = 64;

    /// <inheritdoc/>
    protected override async Task<DescribeLogDirsResponse> HandleAsync(DescribeLogDirsRequest request, KafkaRequestContext context)
    {
        if (!context.Access.AllowsCluster(AclOperation.Describe))
        {
            return new DescribeLogDirsResponse { ErrorCode = (short)ErrorCode.ClusterAuthorizationFailed };
        }
        return new DescribeLogDirsResponse { Results = [await DescribeAsync(await SelectAsync(request))] };
    }

    // What does not exist takes no room: it is left out, as Kafka does.
    private async Task<IReadOnlyList<(TopicDescription Topic, int Partition)>> SelectAsync(DescribeLogDirsRequest request)
    {
        if (request.Topics is null)
        {
            return [.. (await TopicCatalogue.ListAsync(grains)).SelectMany(topic => topic.Partitions.Select(one => (topic, one.Partition)))];
        }
        List<(TopicDescription, int)> partitions = [];
        foreach (DescribeLogDirsRequest.DescribableLogDirTopic wanted in request.Topics)
        {
            if ((await TopicLookup.FindAsync(grains, wanted.Topic)).Topic is { } topic)
            {
                partitions.AddRange(wanted.Partitions.Distinct().Where(partition => TopicLookup.HasPartition(topic, partition)).Select(partition => (topic, partition)));
            }
        }
        return partitions;
    }

    private async Task<DescribeLogDirsResponse.DescribeLogDirsResult> DescribeAsync(IReadOnlyList<(TopicDescription Topic, int Partition)> partitions)
    {
        try
        {
            VolumeSize volume = await directory.MeasureAsync();
            return new DescribeLogDirsResponse.DescribeLogDirsResult
            {
                LogDir = directory.Path,
                Topics = await MeasureAsync(partitions),
                TotalBytes = volume.TotalBytes,
                UsableBytes = volume.UsableBytes,
            };
        }
        catch (IOException)
        {
            return new DescribeLogDirsResponse.DescribeLogDirsResult
            {
                ErrorCode = (short)ErrorCode.KafkaStorageError,
                LogDir = directory.Path,
            };
        }
    }

    private async Task<TopicAnswer[]> MeasureAsync(IReadOnlyList<(TopicDescription Topic, int Partition)> partitions)
    {
        List<(string Topic, PartitionAnswer Answer)> answers = [];
        foreach ((TopicDescription Topic, int Partition)[] some in partitions.Chunk(PartitionCallsMax))
        {
            (string Topic, PartitionAnswer? Answer)[] measured = await Task.WhenAll(some.Select(async one => (one.Topic.Name, await MeasureAsync(one.Topic.TopicId, one.Partition))));
            answers.AddRange(measured.Where(one => one.Answer is not null).Select(one => (one.Topic, one.Answer!)));
        }
        return
        [
            .. answers.GroupBy(one => one.Topic).Select(topic => new TopicAnswer
            {
                Name = topic.Key,
                Partitions = [.. topic.Select(one => one.Answer)],
            }),
        ];
    }

    private async Task<PartitionAnswer?> MeasureAsync(TopicId topicId, int partition) => await replicas.MeasureAsync(topicId, partition) is { } size
        ? new PartitionAnswer
        {
            PartitionIndex = partition,
            PartitionSize = size.SizeBytes,
            OffsetLag = size.LagRecords,
        }
        : null;
}
