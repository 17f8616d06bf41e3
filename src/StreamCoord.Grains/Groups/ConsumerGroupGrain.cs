using Orleans.Concurrency;
using StreamCoord.Grains.Cluster;
using StreamCoord.Grains.Coordinators;
using StreamCoord.Grains.Replicas;
using StreamCoord.Grains.ZNodes;
using StreamCoord.Groups;

namespace StreamCoord.Grains.Groups;

/// <summary>The way to one group from this silo: passes calls on to the node that coordinates it. Keeps nothing.</summary>
[Reentrant, SiloLocalPlacement, GrainType(IConsumerGroupGrain.GrainType)]
internal sealed class ConsumerGroupGrain(Leaders leaders) : Grain, IConsumerGroupGrain
{
    private string GroupId => this.GetPrimaryKeyString();

    private ILedConsumerGroupGrain Led => GrainFactory.GetGrain<ILedConsumerGroupGrain>(NodeKey.Of(leaders.OfCoordinator(CoordinatorTopics.ConsumerOffsets, GroupId), GroupId));

    public Task<JoinGroupReply> Join(JoinGroupRequest request) => CallAsync(led => led.Join(request), (error, message) => JoinGroupReply.Refused(error, message, request.MemberId));

    public Task<SyncGroupReply> Sync(SyncGroupRequest request) => CallAsync(led => led.Sync(request), SyncGroupReply.Refused);

    public Task<GroupReply> Heartbeat(HeartbeatRequest request) => CallAsync(led => led.Heartbeat(request), Refuse);

    public Task<LeaveGroupReply> Leave(IReadOnlyList<LeavingMember> members) => CallAsync(led => led.Leave(members), (error, message) => new LeaveGroupReply(error, message, []));

    public Task<ConsumerHeartbeatReply> ConsumerHeartbeat(ConsumerHeartbeatRequest request) => CallAsync(led => led.ConsumerHeartbeat(request), ConsumerHeartbeatReply.Refused);

    public Task<ConsumerGroupDescription> DescribeConsumers() =>
        CallAsync(led => led.DescribeConsumers(), (error, message) => ConsumerGroupDescription.Refused(error, message, GroupId));

    public Task<GroupReply> ForgetTopic(string topic, long committedUntilMs) => CallAsync(led => led.ForgetTopic(topic, committedUntilMs), Refuse);

    public Task<OffsetsReply> CommitOffsets(CommitOffsetsRequest request) => CallAsync(led => led.CommitOffsets(request), OffsetsReply.Refused);

    public Task<OffsetsReply> CommitTransactionOffsets(CommitTransactionOffsetsRequest request) => CallAsync(led => led.CommitTransactionOffsets(request), OffsetsReply.Refused);

    public Task<FetchOffsetsReply> FetchOffsets(IReadOnlyList<TopicPartition>? partitions, FetchingMember? member = null, bool isStable = false) =>
        CallAsync(led => led.FetchOffsets(partitions, member, isStable), (error, message) => new FetchOffsetsReply(error, message, []));

    public Task<OffsetsReply> DeleteOffsets(IReadOnlyList<TopicPartition> partitions) => CallAsync(led => led.DeleteOffsets(partitions), OffsetsReply.Refused);

    public Task<GroupDescription> Describe() => CallAsync(led => led.Describe(), (error, message) => GroupDescription.Refused(error, message, GroupId));

    public Task<GroupReply> Delete() => CallAsync(led => led.Delete(), Refuse);

    public Task Maintain() => Led.Maintain();

    private static GroupReply Refuse(ErrorCode error, string message) => new(error, message);

    private Task<T> CallAsync<T>(Func<ILedConsumerGroupGrain, Task<T>> call, Func<ErrorCode, string, T> refuse) => CoordinatorCalls.RunAsync(() => call(Led), refuse);
}
