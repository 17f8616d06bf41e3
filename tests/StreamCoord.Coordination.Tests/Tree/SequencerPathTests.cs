using StreamCoord.Coordination.Tree;
using StreamCoord.ZNodes;

namespace StreamCoord.Coordination.Tests.Tree;

/// <summary>A path with a slash at its end is another one, and nobody's.</summary>
public sealed class SequencerPathTests
{
    [Theory]
    [InlineData("/a/")]
    [InlineData("/a//")]
    [InlineData("//a")]
    [InlineData("//")]
    public void APathThatIsAlmostAnothers_IsNotTaken(string path)
    {
        var log = new MemoryLog();
        var tree = new ZNodeTree();
        var sequencer = new Sequencer(tree, new ZNodeOptions(), new LeaderEpoch(7), log);
        sequencer.WriteEpochRecord(1, new byte[32]);
        tree.CompleteLoad();
        Assert.True(sequencer.Execute(ZNodeCaller.Anonymous, new CreateOperation("/a", null, AclEntry.Open), 0).IsOk);
        log.Batches.ForEach(batch => MemoryLog.Apply(tree, batch));

        Assert.Equal(ZNodeError.NoNode, sequencer.Execute(ZNodeCaller.Anonymous, new DeleteOperation(path), 0).Error);
        Assert.Equal(ZNodeError.NoNode, sequencer.Execute(ZNodeCaller.Anonymous, new CreateOperation(path + "/b", null, AclEntry.Open), 0).Error);
        Assert.NotNull(tree.FindStat("/a"));
        Assert.Null(tree.FindStat(path));
    }
}
