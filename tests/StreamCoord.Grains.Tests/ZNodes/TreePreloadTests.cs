using StreamCoord.Coordination.Tree;
using StreamCoord.Grains.ZNodes;
using StreamCoord.Log.Storage;
using StreamCoord.Testing;

namespace StreamCoord.Grains.Tests.ZNodes;

/// <summary>The checkpoint is read before the silo is there: only when it is whole, and for one silo only.</summary>
public sealed class TreePreloadTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Take_GivesTheTreeOfTheNewestCheckpoint_Once()
    {
        Write(5);
        Write(7);
        await File.WriteAllBytesAsync(Path.Combine(_directory.Path, "znodes", "checkpoint.tmp"), new byte[10], TestContext.Current.CancellationToken);
        TreePreload preload = TreePreload.Begin(_directory.Path);

        ZNodeTree? tree = await preload.TakeAsync();

        Assert.Equal(new Offset(7), tree?.NextOffset);
        Assert.Equal(new ZNodeTree().NodeCount, tree?.NodeCount);
        Assert.Null(await preload.TakeAsync());
    }

    [Fact]
    public async Task Take_WithoutACheckpoint_GivesNothing() => Assert.Null(await TreePreload.Begin(_directory.Path).TakeAsync());

    [Fact]
    public async Task Take_OfADamagedCheckpoint_GivesNothing_WhicheverByteIsDamaged()
    {
        Write(7);
        string path = Directory.GetFiles(_directory.Path, "checkpoint-*", SearchOption.AllDirectories).Single();
        byte[] sound = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        for (int at = 0; at < sound.Length; at++)
        {
            byte[] damaged = [.. sound];
            damaged[at] ^= 0x10;
            await File.WriteAllBytesAsync(path, damaged, TestContext.Current.CancellationToken);
            Assert.Null(await TreePreload.Begin(_directory.Path).TakeAsync());
        }
    }

    private void Write(long offset)
    {
        var tree = new ZNodeTree();
        tree.CompleteBatch(new Offset(offset));
        var files = new CheckpointFiles(new PhysicalDisk(), ZNodePlace.In(_directory.Path));
        files.List();
        Assert.Equal(new Offset(offset), files.Write(tree));
    }
}
