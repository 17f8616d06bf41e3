using Microsoft.Extensions.Options;
using StreamCoord.Gateway.Http.Access;
using StreamCoord.Gateway.Http.Consumers;
using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Gateway.Http.Json;
using StreamCoord.Gateway.Http.V2;
using StreamCoord.Security;

namespace StreamCoord.Gateway.Http.Resources;

/// <summary>What a consumer of v2 reads: /subscription, by its group, and /assignments, by itself. Safe for concurrent use.</summary>
internal sealed class V2SubscriptionResource(ConsumerInstances instances, TopicAccess access, IOptions<HttpGatewayOptions> options)
{
    public async Task SubscribeAsync(HttpContext context)
    {
        ConsumerInstance instance = instances.Get(context);
        SubscriptionBody body = await V2Body.ReadAsync(context, ConsumerJson.Default.SubscriptionBody);
        Func<ConsumerState, string?> subscribe = SubscriptionOf(context, body);
        await instance.UseAsync(async _ =>
        {
            await instance.SubscribeAsync(subscribe, context.TopicReading());
            return 0;
        }, context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    public async Task GetSubscriptionAsync(HttpContext context)
    {
        ConsumerState state = instances.Get(context).State;
        IEnumerable<string> topics = state.Pattern is null ? state.Topics : state.Assignment.Select(partition => partition.Topic).Distinct();
        await V2Json.AnswerAsync(context, writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("topics");
            foreach (string topic in topics)
            {
                writer.WriteStringValue(topic);
            }
            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }

    public async Task UnsubscribeAsync(HttpContext context)
    {
        ConsumerInstance instance = instances.Get(context);
        await instance.UseAsync(async _ =>
        {
            await instance.UnsubscribeAsync();
            return 0;
        }, context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    public async Task AssignAsync(HttpContext context)
    {
        ConsumerInstance instance = instances.Get(context);
        PartitionsBody body = await V2Body.ReadAsync(context, ConsumerJson.Default.PartitionsBody);
        List<TopicPartition> partitions = V2Positions.PartitionsOf(body, options.Value.ConsumerPartitionsMax);
        RequireReadable(context, partitions.Select(partition => partition.Topic).Distinct());
        string? problem = await instance.UseAsync(_ => Task.FromResult(instance.State.Assign(partitions)), context.RequestAborted);
        if (problem is not null)
        {
            RequestException.Throw(V2Errors.IllegalState(problem));
        }
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    public async Task GetAssignmentAsync(HttpContext context)
    {
        IReadOnlyList<TopicPartition> partitions = instances.Get(context).State.Assignment;
        await V2Json.AnswerAsync(context, writer => V2Json.WritePartitions(writer, partitions));
    }

    private void RequireReadable(HttpContext context, IEnumerable<string> topics)
    {
        foreach (string topic in topics)
        {
            access.RequireReadable(topic);
            context.RequireTopic(AclOperation.Read, topic);
        }
    }

    private Func<ConsumerState, string?> SubscriptionOf(HttpContext context, SubscriptionBody body)
    {
        if ((body.Topics is null) == (body.TopicPattern is null))
        {
            RequestException.Throw(V2Errors.IllegalState("Give either 'topics' or 'topic_pattern'."));
        }
        if (body.TopicPattern is { } text)
        {
            return SubscriptionPattern.TryParse(text, out SubscriptionPattern? pattern) is { } problem
                ? throw new RequestException(GatewayErrors.Unprocessable($"Payload error. The pattern cannot be used: {problem}"))
                : state => state.Subscribe(pattern!);
        }
        if (body.Topics!.Count == 0 || body.Topics.Count > options.Value.ConsumerPartitionsMax)
        {
            RequestException.Throw(GatewayErrors.Unprocessable($"Payload error. 'topics' names 1 to {options.Value.ConsumerPartitionsMax} topics."));
        }
        string? illegal = body.Topics.FirstOrDefault(topic => TopicName.Check(topic) is not null);
        if (illegal is not null || body.Topics.Contains(null))
        {
            RequestException.Throw(GatewayErrors.Unprocessable($"Payload error. {TopicName.Check(illegal)}"));
        }
        string[] topics = [.. body.Topics.Distinct()!];
        RequireReadable(context, topics);
        return state => state.Subscribe(topics);
    }
}
