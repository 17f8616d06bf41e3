using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Partitions;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;
using StreamCoord.Topics;
using PartitionAnswer = StreamCoord.Protocol.Kafka.Messages.DescribeLogDirsResponse.DescribeLogDirsPartition;
using TopicAnswer = StreamCoord.Protocol.Kafka.Messages.DescribeLogDirsResponse.DescribeLogDirsTopic;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Tells how much partitions take in the directory of the logs, of which there is one, and how much room is left on its volume.</summary>
internal sealed class DescribeLogDirsHandler(IGrainFactory grains, ILogDirectory directory) : ApiHandler<DescribeLogDirsRequest, DescribeLogDirsResponse>
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
        IReadOnlyList<TopicPartition> partitions = await SelectAsync(request);
        return new DescribeLogDirsResponse { Results = [await DescribeAsync(partitions)] };
    }

    // What does not exist takes no room: it is left out, as Kafka does.
    private async Task<IReadOnlyList<TopicPartition>> SelectAsync(DescribeLogDirsRequest request)
    {
        if (request.Topics is null)
        {
            return [.. (await TopicCatalogue.ListAsync(grains)).SelectMany(topic => topic.Partitions.Select(one => new TopicPartition(topic.Name, one.Partition)))];
        }
        List<TopicPartition> partitions = [];
        foreach (DescribeLogDirsRequest.DescribableLogDirTopic wanted in request.Topics)
        {
            if ((await TopicLookup.FindAsync(grains, wanted.Topic)).Topic is { } topic)
            {
                partitions.AddRange(wanted.Partitions.Where(partition => TopicLookup.HasPartition(topic, partition)).Select(partition => new TopicPartition(topic.Name, partition)));
            }
        }
        return [.. partitions.Distinct()];
    }

    private async Task<DescribeLogDirsResponse.DescribeLogDirsResult> DescribeAsync(IReadOnlyList<TopicPartition> partitions)
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

    private async Task<TopicAnswer[]> MeasureAsync(IReadOnlyList<TopicPartition> partitions)
    {
        List<(string Topic, PartitionAnswer Answer)> answers = [];
        foreach (TopicPartition[] some in partitions.Chunk(PartitionCallsMax))
        {
            PartitionDescription[] descriptions = await Task.WhenAll(some.Select(partition => grains.GetGrain<IPartitionGrain>(partition.ToString()).Describe()));
            answers.AddRange(some.Zip(descriptions).Where(pair => pair.Second.Error == ErrorCode.None).Select(pair => (pair.First.Topic, new PartitionAnswer
            {
                PartitionIndex = pair.First.Partition,
                PartitionSize = pair.Second.SizeBytes,
            })));
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
}
