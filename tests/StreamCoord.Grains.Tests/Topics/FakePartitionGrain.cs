using StreamCoord.Partitions;
using StreamCoord.Topics;

namespace StreamCoord.Grains.Tests.Topics;

/// <summary>A partition without a log that asks its topic for a description wherever a real one does.</summary>
internal sealed class FakePartitionGrain(PartitionCalls calls, FaultPlan faults) : Grain, IPartitionGrain
{
    public override async Task OnActivateAsync(CancellationToken cancellationToken) => await DescribeTopicAsync();

    public async Task Reconfigure()
    {
        TopicReply reply = await DescribeTopicAsync();
        calls.Reconfigured.Enqueue((this.GetPrimaryKeyString(), reply.Topic?.Configs.GetValueOrDefault(TopicConfigs.RetentionMs)));
    }

    public async Task Remove(TopicId topicId)
    {
        await faults.RunAsync(() =>
        {
            calls.Removed.Enqueue((this.GetPrimaryKeyString(), topicId));
            return Task.CompletedTask;
        });
        DeactivateOnIdle();
    }

    public Task<AppendReply> Append(AppendRequest request) => throw new NotSupportedException();

    public Task<TermReply> BeginTerm() => throw new NotSupportedException();

    public Task<FetchReply> Fetch(FetchRequest request) => throw new NotSupportedException();

    public Task<OffsetReply> FindOffset(long timestampMs) => throw new NotSupportedException();

    public Task<DeleteRecordsReply> DeleteRecords(Offset before) => throw new NotSupportedException();

    public Task<PartitionDescription> Describe() => throw new NotSupportedException();

    public Task<VerifyReply> Verify() => throw new NotSupportedException();

    public Task Maintain() => throw new NotSupportedException();

    private Task<TopicReply> DescribeTopicAsync()
    {
        Assert.True(TopicPartition.TryParse(this.GetPrimaryKeyString(), out TopicPartition partition));
        return GrainFactory.GetGrain<ITopicGrain>(partition.Topic).Describe();
    }
}
