using StreamCoord.Partitions;

namespace StreamCoord.Grains.Tests.Replicas;

/// <summary>Copies on disks that are full, or have lost something.</summary>
public sealed class ImpairmentTests
{
    private const int Records = 3;

    /// <summary>Where the value of the first record is in its batch.</summary>
    private const int FirstValue = 67;

    [Fact]
    public async Task DamagedFollower_GetsFromItsLeaderWhatItHasLost()
    {
        await using ReplicaTrio trio = await StartAsync();
        TrioNode follower = trio.Nodes[1];
        await DamageAsync(follower);

        await trio.UntilAsync(() =>
        {
            bool isCountedOn = follower.Replica.Row.InSync.Contains(follower.Id);
            bool isWhole = follower.Replica.Log.EndOffset == new Offset(Records);
            Assert.True(isWhole || !isCountedOn || !follower.Replica.Row.InSync.Contains(follower.Id), "It was cut while it could be the last one.");
            return isWhole && follower.Replica.Log.DamagedFrom is null;
        }, tick: true);

        using RecordData data = (await follower.Replica.Log.ReadForReplicaAsync(Offset.Zero, 1_000)).Data;
        Assert.NotEqual(0, data.Bytes.Length);
        await trio.UntilAsync(() => trio.Nodes[0].Replica.InSync.Members.Count == 3, tick: true);
        Assert.Equal(ErrorCode.None, (await trio.Nodes[0].AppendAsync("after")).Error);
    }

    [Fact]
    public async Task DamagedLeader_IsToGiveItsLeadershipAway_AndCutsNothing()
    {
        await using ReplicaTrio trio = await StartAsync();
        TrioNode leader = trio.Nodes[0];
        Assert.False(leader.Replica.Impairment.IsMoveDue());
        await DamageAsync(leader);

        Assert.True(leader.Replica.Impairment.IsMoveDue());
        Assert.False(leader.Replica.Impairment.IsMoveDue(), "Appends would wait again and again.");
        await trio.LiveAsync(1_000);
        Assert.Equal(new Offset(Records), leader.Replica.Log.EndOffset);
    }

    [Fact]
    public async Task LeaderOnAFullDisk_IsToGiveItsLeadershipAway_UntilThereIsRoom()
    {
        await using ReplicaTrio trio = await StartAsync();
        TrioNode leader = trio.Nodes[0];
        leader.Disk.CapacityBytes = leader.Disk.UsedBytes;
        Assert.Equal(ErrorCode.KafkaStorageError, (await leader.AppendAsync("refused")).Error);
        Assert.True(leader.Replica.Impairment.IsMoveDue());

        leader.Disk.CapacityBytes = long.MaxValue;
        await Assert.ThrowsAsync<LeadershipRefusedException>(() => leader.Replica.LeadAsync(isNewTerm: false));
        await trio.LiveAsync(5_000);
        await leader.Replica.LeadAsync(isNewTerm: false);
        Task<AppendReply> after = leader.AppendAsync("after");
        await trio.UntilAsync(() => after.IsCompleted, tick: true);
        Assert.Equal(ErrorCode.None, (await after).Error);
        await trio.LiveAsync(10_000);
        Assert.False(leader.Replica.Impairment.IsMoveDue());
    }

    [Fact]
    public async Task FollowerOnAFullDisk_IsNotWaitedFor_AndComesBackWhenThereIsRoom()
    {
        await using ReplicaTrio trio = await StartAsync();
        (TrioNode leader, TrioNode follower) = (trio.Nodes[0], trio.Nodes[1]);
        follower.Disk.CapacityBytes = follower.Disk.UsedBytes;
        DateTimeOffset since = trio.Time.GetUtcNow();

        Task<AppendReply> append = leader.AppendAsync("goes on");
        await trio.UntilAsync(() => append.IsCompleted, tick: true);

        Assert.Equal(ErrorCode.None, (await append).Error);
        // Far less than a follower may lag.
        Assert.InRange(trio.Time.GetUtcNow() - since, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.DoesNotContain(follower.Id, leader.Replica.InSync.Members);

        follower.Disk.CapacityBytes = long.MaxValue;
        await trio.UntilAsync(() => leader.Replica.InSync.Contains(follower.Id), tick: true);
        Assert.Equal(leader.Replica.Log.EndOffset, follower.Replica.Log.EndOffset);
    }

    private static async Task<ReplicaTrio> StartAsync()
    {
        ReplicaTrio trio = await ReplicaTrio.StartAsync();
        for (int i = 0; i < Records; i++)
        {
            Assert.Equal(ErrorCode.None, (await trio.Nodes[0].AppendAsync($"{i}")).Error);
        }
        await trio.UntilAsync(() => trio.Nodes.All(node => node.Replica.Log.EndOffset == new Offset(Records)), tick: true);
        return trio;
    }

    // A bit of its first record is another one, and somebody has read it.
    private static async Task DamageAsync(TrioNode node)
    {
        await node.Replica.Log.CloseAsync();
        string path = Assert.Single(node.Disk.Find(".log"));
        byte[] content = node.Disk.Read(path);
        content[FirstValue] ^= 1;
        node.Disk.Overwrite(path, content);
        Assert.Equal(ErrorCode.CorruptMessage, (await node.Replica.Log.ReadForReplicaAsync(Offset.Zero, 1_000)).Error);
    }
}
