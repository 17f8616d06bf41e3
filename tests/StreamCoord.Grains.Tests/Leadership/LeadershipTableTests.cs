using StreamCoord.Grains.Tests.Storage;
using StreamCoord.Testing.Databases;

namespace StreamCoord.Grains.Tests.Leadership;

/// <summary>What every database must do for the leadership table.</summary>
public abstract class LeadershipTableTests(IDatabaseSource source) : IAsyncLifetime
{
    private static readonly NodeId Node1 = new(1);
    private static readonly NodeId Node2 = new(2);
    private static readonly NodeId Node12 = new(12);

    private readonly TopicId _topic = TopicId.NewId();
    private Database _database = null!;
    private LeadershipTable _table = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await source.OpenAsync();
        _table = new LeadershipTable(_database);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _database.DisposeAsync();
        await source.DisposeAsync();
    }

    [Fact]
    public async Task Create_Twice_KeepsWhatIsThereAndAddsWhatLacks()
    {
        await _table.CreateAsync(_topic, 2, [Node1, Node2], [Node1]);
        Assert.True(await _table.TryClaimAsync(_topic, 1, LeaderEpoch.Unknown, new LeaderEpoch(5), Node1));
        await _table.CreateAsync(_topic, 4, [Node2], [Node2]);

        IReadOnlyList<LeadershipRow> rows = await _table.ReadAsync(_topic);

        Assert.Equal([0, 1, 2, 3], rows.Select(row => row.Partition));
        Assert.Equal([-1, 5, -1, -1], rows.Select(row => row.LeaderEpoch.Value));
        Assert.Equal([null, Node1, null, null], rows.Select(row => row.LeaderNode));
        Assert.Equal([Node1, Node2], rows[1].Replicas);
        Assert.Equal([Node1], rows[1].InSyncReplicas);
        Assert.Equal([Node2], rows[3].Replicas);
    }

    [Fact]
    public async Task Create_TheMostPartitions_MakesThemAll()
    {
        await _table.CreateAsync(_topic, StreamCoord.Topics.CreateTopicRequest.PartitionCountMax, [Node1], [Node1]);

        Assert.Equal(StreamCoord.Topics.CreateTopicRequest.PartitionCountMax, (await _table.ReadAsync(_topic)).Count);
    }

    [Fact]
    public async Task Find_WhatIsNotThere_IsNull()
    {
        await _table.CreateAsync(_topic, 1, [Node1], [Node1]);

        Assert.Null(await _table.FindAsync(_topic, 1));
        Assert.Null(await _table.FindAsync(TopicId.NewId(), 0));
        Assert.NotNull(await _table.FindAsync(_topic, 0));
    }

    [Fact]
    public async Task TryClaim_WithAStaleEpoch_ChangesNothing()
    {
        await _table.CreateAsync(_topic, 1, [Node1], [Node1]);
        Assert.True(await _table.TryClaimAsync(_topic, 0, LeaderEpoch.Unknown, new LeaderEpoch(0), Node1));

        Assert.False(await _table.TryClaimAsync(_topic, 0, LeaderEpoch.Unknown, new LeaderEpoch(7), Node1));

        Assert.Equal(new LeaderEpoch(0), (await _table.FindAsync(_topic, 0))!.LeaderEpoch);
    }

    [Fact]
    public async Task TryClaim_ByANodeOutsideTheInSyncSet_ChangesNothing()
    {
        await _table.CreateAsync(_topic, 1, [Node1, Node12], [Node12]);

        Assert.False(await _table.TryClaimAsync(_topic, 0, LeaderEpoch.Unknown, new LeaderEpoch(0), Node1));
        Assert.False(await _table.TryClaimAsync(_topic, 0, LeaderEpoch.Unknown, new LeaderEpoch(0), Node2));
        Assert.True(await _table.TryClaimAsync(_topic, 0, LeaderEpoch.Unknown, new LeaderEpoch(0), Node12));
    }

    [Fact]
    public async Task TryClaim_OfManyAtOnce_HasOneWinner()
    {
        await _table.CreateAsync(_topic, 1, [Node1], [Node1]);

        for (int epoch = 0; epoch < 20; epoch++)
        {
            bool[] won = await Task.WhenAll(Enumerable.Range(0, 8).Select(
                _ => Task.Run(() => _table.TryClaimAsync(_topic, 0, new LeaderEpoch(epoch - 1), new LeaderEpoch(epoch), Node1))));

            Assert.Single(won, true);
        }
    }

    [Fact]
    public async Task ClaimAll_TakesThePartitionsOfTheNode()
    {
        TopicId other = TopicId.NewId();
        await _table.CreateAsync(_topic, 3, [Node1, Node2], [Node1, Node2]);
        await _table.CreateAsync(other, 2, [Node12], [Node12]);

        IReadOnlyList<ClaimedPartition> first = await _table.ClaimAllAsync(Node2);
        IReadOnlyList<ClaimedPartition> second = await _table.ClaimAllAsync(Node1);

        Assert.Equal([(0, 0), (1, 0), (2, 0)], first.Select(claim => (claim.Partition, claim.LeaderEpoch.Value)).Order());
        Assert.Equal([(0, 1), (1, 1), (2, 1)], second.Select(claim => (claim.Partition, claim.LeaderEpoch.Value)).Order());
        Assert.All(first, claim => Assert.Equal(_topic, claim.TopicId));
        Assert.Equal(Node1, (await _table.FindAsync(_topic, 2))!.LeaderNode);
        Assert.Equal(LeaderEpoch.Unknown, (await _table.FindAsync(other, 0))!.LeaderEpoch);
    }

    [Fact]
    public async Task Delete_TakesTheTopicsRowsOnly()
    {
        TopicId other = TopicId.NewId();
        await _table.CreateAsync(_topic, 2, [Node1], [Node1]);
        await _table.CreateAsync(other, 1, [Node1], [Node1]);

        await _table.DeleteAsync(_topic);
        await _table.DeleteAsync(_topic);

        Assert.Empty(await _table.ReadAsync(_topic));
        Assert.Single(await _table.ReadAsync(other));
    }

    [Fact]
    public async Task Claims_AfterTheDatabaseIsOpenedAgain_AreStillThere()
    {
        await _table.CreateAsync(_topic, 1, [Node1], [Node1]);
        await _table.TryClaimAsync(_topic, 0, LeaderEpoch.Unknown, new LeaderEpoch(3), Node1);
        await _database.DisposeAsync();
        _database = await source.OpenAsync();

        Assert.Equal(new LeaderEpoch(3), (await new LeadershipTable(_database).FindAsync(_topic, 0))!.LeaderEpoch);
    }
}

public sealed class SqliteLeadershipTableTests() : LeadershipTableTests(new SqliteFile());

public sealed class PostgreSqlLeadershipTableTests(PostgreSqlServer server) : LeadershipTableTests(new PostgreSqlDatabase(server));
