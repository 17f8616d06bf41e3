using StreamCoord.Topics;

namespace StreamCoord.Grains.Tests.Topics;

public sealed class TopicRulesTests
{
    private static readonly PartitionAssignment AtRest = new(0, new NodeId(1), [new NodeId(1)], [new NodeId(1)]);

    [Fact]
    public void Topic_WhosePartitionsAreMoved_DoesNotGrow()
    {
        Assert.Null(TopicRules.CheckAtRest(Topic(AtRest)));
        Assert.Equal(ErrorCode.ReassignmentInProgress, TopicRules.CheckAtRest(Topic(AtRest, AtRest with { Adding = [new NodeId(2)] }))!.Error);
        Assert.Equal(ErrorCode.ReassignmentInProgress, TopicRules.CheckAtRest(Topic(AtRest with { Removing = [new NodeId(1)] }))!.Error);
    }

    private static TopicDescription Topic(params PartitionAssignment[] partitions) => new("t", TopicId.NewId(), partitions, 1, new Dictionary<string, string>());
}
