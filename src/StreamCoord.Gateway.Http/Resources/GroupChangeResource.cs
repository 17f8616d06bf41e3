using StreamCoord.Gateway.Http.Access;
using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Gateway.Http.Json;
using StreamCoord.Groups;
using StreamCoord.Security;

namespace StreamCoord.Gateway.Http.Resources;

/// <summary>/v1/groups/{group}: what an operator changes of a group from outside, as with Kafka's tools while it has no members. Safe for concurrent use.</summary>
internal sealed class GroupChangeResource(IGrainFactory grains)
{
    /// <summary>Sets where a group goes on; durable when it is answered. All partitions are checked first, and a group with members refuses.</summary>
    public async Task SetOffsetsAsync(HttpContext context)
    {
        GroupOffsetsBody body = await JsonBody.ReadAsync(context, GroupRequestJson.Default.GroupOffsetsBody);
        OffsetToCommit[] offsets = [.. (body.Offsets ?? []).Select(offset => Check(context, offset))];
        if (offsets.Length == 0)
        {
            throw new RequestException(GatewayErrors.InvalidRequest("'offsets' names no partition: give at least one {topic, partition, offset}."));
        }
        OffsetsReply reply = await GroupOf(context).CommitOffsets(new CommitOffsetsRequest(CommitOffsetsRequest.NoGeneration, "", null, -1, offsets));
        RequestException.ThrowIfFailed(reply.Error, reply.Message);
        foreach (PartitionOutcome outcome in reply.Partitions)
        {
            RequestException.ThrowIfFailed(outcome.Error, outcome.Error == ErrorCode.UnknownTopicOrPartition ? $"There is no partition {outcome.Partition}." : null);
        }
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    /// <summary>Deletes a group and its offsets; one with members refuses.</summary>
    public async Task DeleteAsync(HttpContext context)
    {
        GroupReply reply = await GroupOf(context).Delete();
        RequestException.ThrowIfFailed(reply.Error, reply.Message);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static OffsetToCommit Check(HttpContext context, GroupOffsetBody offset)
    {
        if (offset is not { Topic: { Length: > 0 } topic, Partition: >= 0 and { } partition, Offset: >= 0 and { } next })
        {
            throw new RequestException(GatewayErrors.InvalidRequest("Each of 'offsets' needs a 'topic', a 'partition' and an 'offset' from 0 on."));
        }
        if (!context.AllowsTopic(AclOperation.Read, topic))
        {
            throw new RequestException(GatewayErrors.Of(ErrorCode.TopicAuthorizationFailed, $"You may not read '{topic}', so you may not say where a group goes on in it."));
        }
        return new OffsetToCommit(new TopicPartition(topic, partition), new Offset(next), LeaderEpoch.Unknown, null);
    }

    private IConsumerGroupGrain GroupOf(HttpContext context) => grains.GetGrain<IConsumerGroupGrain>(RequestParameters.Group(context));
}
