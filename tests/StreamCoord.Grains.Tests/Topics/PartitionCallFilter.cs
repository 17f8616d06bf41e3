using StreamCoord.Partitions;
using StreamCoord.Topics;

namespace StreamCoord.Grains.Tests.Topics;

/// <summary>Notes what topics ask of their partitions, and has deletions go by a <see cref="FaultPlan"/>.</summary>
internal sealed class PartitionCallFilter(PartitionCalls calls, FaultPlan faults, IGrainFactory grains) : IIncomingGrainCallFilter
{
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        if (context.Grain is not IPartitionGrain || !TopicPartition.TryParse(context.TargetId.Key.ToString()!, out TopicPartition partition))
        {
            await context.Invoke();
            return;
        }
        switch (context.MethodName)
        {
            case nameof(IPartitionGrain.Remove):
                await faults.RunAsync(async () =>
                {
                    calls.Removed.Enqueue((partition.ToString(), (TopicId)context.Request.GetArgument(0)!));
                    await context.Invoke();
                });
                break;
            case nameof(IPartitionGrain.Reconfigure):
                await context.Invoke();
                TopicReply topic = await grains.GetGrain<ITopicGrain>(partition.Topic).Describe();
                calls.Reconfigured.Enqueue((partition.ToString(), topic.Topic?.Configs.GetValueOrDefault(TopicConfigs.RetentionMs)));
                break;
            default:
                await context.Invoke();
                break;
        }
    }
}
