using StreamCoord.Gateway.Http.Access;
using StreamCoord.Gateway.Http.Records;
using StreamCoord.Gateway.Http.V2;
using StreamCoord.Partitions;
using StreamCoord.Security;
using StreamCoord.Topics;

namespace StreamCoord.Gateway.Http.Resources;

/// <summary>/topics of v2, with partitions and their offsets. Safe for concurrent use.</summary>
internal sealed class V2TopicResource(IGrainFactory grains, PartitionReads reads)
{
    public async Task ListAsync(HttpContext context)
    {
        TopicDescription[] topics = [.. (await TopicCatalogue.ListAsync(grains)).Where(topic => context.AllowsTopic(AclOperation.Describe, topic.Name))];
        await V2Json.AnswerAsync(context, writer =>
        {
            writer.WriteStartArray();
            foreach (TopicDescription topic in topics)
            {
                writer.WriteStringValue(topic.Name);
            }
            writer.WriteEndArray();
        });
    }

    public async Task GetAsync(HttpContext context)
    {
        TopicDescription topic = await DescribeAsync(context);
        await V2Json.AnswerAsync(context, writer => V2Json.WriteTopic(writer, topic));
    }

    public async Task ListPartitionsAsync(HttpContext context)
    {
        TopicDescription topic = await DescribeAsync(context);
        await V2Json.AnswerAsync(context, writer => V2Json.WritePartitions(writer, topic));
    }

    public async Task GetPartitionAsync(HttpContext context)
    {
        PartitionAssignment partition = V2Topics.PartitionOf(context, await DescribeAsync(context));
        await V2Json.AnswerAsync(context, writer => V2Json.WritePartition(writer, partition));
    }

    public async Task GetOffsetsAsync(HttpContext context)
    {
        TopicDescription topic = await DescribeAsync(context);
        var wanted = new TopicPartition(topic.Name, V2Topics.PartitionOf(context, topic).Partition);
        Offset beginning = await reads.RequireOffsetAsync(wanted, OffsetTimestamps.Earliest, context.RequestAborted);
        Offset end = await reads.RequireOffsetAsync(wanted, OffsetTimestamps.Latest, context.RequestAborted);
        await V2Json.AnswerAsync(context, writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("beginning_offset", beginning.Value);
            writer.WriteNumber("end_offset", end.Value);
            writer.WriteEndObject();
        });
    }

    private Task<TopicDescription> DescribeAsync(HttpContext context) => V2Topics.DescribeAsync(grains, V2Topics.NameOf(context));
}
