using Microsoft.Extensions.Options;
using StreamCoord.Gateway.Http.Access;
using StreamCoord.Gateway.Http.Consumers;
using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Gateway.Http.Json;
using StreamCoord.Gateway.Http.Records;
using StreamCoord.Gateway.Http.V2;
using StreamCoord.Groups;
using StreamCoord.Partitions;
using StreamCoord.Security;

namespace StreamCoord.Gateway.Http.Resources;

/// <summary>Where a consumer of v2 is: /positions moves it, /offsets is what its group has committed. Safe for concurrent use.</summary>
internal sealed class V2PositionResource(PartitionReads reads, ConsumerInstances instances, IOptions<HttpGatewayOptions> options)
{
    public async Task SeekAsync(HttpContext context)
    {
        ConsumerInstance instance = instances.Get(context);
        OffsetsBody body = await V2Body.ReadAsync(context, ConsumerJson.Default.OffsetsBody);
        List<OffsetToCommit> offsets = V2Positions.OffsetsOf(body, options.Value.ConsumerPartitionsMax);
        await SeekAsync(context, instance, [.. offsets.Select(offset => (offset.Partition, offset.Offset))]);
    }

    public Task SeekToBeginningAsync(HttpContext context) => SeekAsync(context, OffsetTimestamps.Earliest);

    public Task SeekToEndAsync(HttpContext context) => SeekAsync(context, OffsetTimestamps.Latest);

    public async Task CommitAsync(HttpContext context)
    {
        ConsumerInstance instance = instances.Get(context);
        OffsetsBody? body = await V2Body.TryReadAsync(context, ConsumerJson.Default.OffsetsBody);
        IReadOnlyList<OffsetToCommit>? offsets = body is null ? null : V2Positions.OffsetsOf(body, options.Value.ConsumerPartitionsMax);
        foreach (string topic in (offsets?.Select(offset => offset.Partition) ?? instance.State.Assignment).Select(partition => partition.Topic).Distinct())
        {
            context.RequireTopic(AclOperation.Read, topic);
        }
        await instance.UseAsync(async _ =>
        {
            // A client names the last record it is done with; a group keeps the next one.
            await (offsets is null ? instance.Offsets.CommitAllAsync() : instance.Offsets.CommitAsync([.. offsets.Select(offset => offset with { Offset = offset.Offset + 1 })]));
            return 0;
        }, context.RequestAborted);
        await V2Json.AnswerAsync(context, writer =>
        {
            writer.WriteStartArray();
            writer.WriteEndArray();
        });
    }

    public async Task GetCommittedAsync(HttpContext context)
    {
        ConsumerInstance instance = instances.Get(context);
        PartitionsBody body = await V2Body.ReadAsync(context, ConsumerJson.Default.PartitionsBody);
        List<TopicPartition> partitions = V2Positions.PartitionsOf(body, options.Value.ConsumerPartitionsMax);
        IReadOnlyList<FetchedOffset> committed = await instance.UseAsync(_ => instance.Offsets.FetchAsync(partitions), context.RequestAborted);
        await V2Json.AnswerAsync(context, writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("offsets");
            foreach (FetchedOffset offset in committed.Where(offset => offset.Offset != Offset.None))
            {
                writer.WriteStartObject();
                writer.WriteString("topic", offset.Partition.Topic);
                writer.WriteNumber("partition", offset.Partition.Partition);
                writer.WriteNumber("offset", offset.Offset.Value);
                writer.WriteString("metadata", offset.Metadata);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }

    private async Task SeekAsync(HttpContext context, long where)
    {
        ConsumerInstance instance = instances.Get(context);
        PartitionsBody body = await V2Body.ReadAsync(context, ConsumerJson.Default.PartitionsBody);
        List<TopicPartition> partitions = V2Positions.PartitionsOf(body, options.Value.ConsumerPartitionsMax);
        (TopicPartition, Offset)[] positions = await Task.WhenAll(partitions.Select(async partition =>
        {
            OffsetReply reply = await reads.FindOffsetAsync(partition, where, context.RequestAborted);
            return reply.Error switch
            {
                ErrorCode.None => (partition, reply.Offset),
                ErrorCode.UnknownTopicOrPartition => throw new RequestException(V2Errors.PartitionNotFound(partition)),
                _ => throw new RequestException(V2Errors.Of(reply.Error, reply.Message)),
            };
        }));
        await SeekAsync(context, instance, positions);
    }

    private static async Task SeekAsync(HttpContext context, ConsumerInstance instance, (TopicPartition, Offset)[] positions)
    {
        string? problem = await instance.UseAsync(_ => Task.FromResult(instance.State.Seek(positions)), context.RequestAborted);
        if (problem is not null)
        {
            RequestException.Throw(V2Errors.IllegalState(problem));
        }
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }
}
