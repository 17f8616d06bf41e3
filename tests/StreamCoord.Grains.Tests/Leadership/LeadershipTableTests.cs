using StreamCoord.Grains.Tests.Storage;
using StreamCoord.Replication;
using StreamCoord.Testing.Databases;

namespace StreamCoord.Grains.Tests.Leadership;

/// <summary>What every database must do for the leadership table.</summary>
public abstract class LeadershipTableTests(IDatabaseSource source) : IAsyncLifetime
{
    private static readonly ReplicaId One = NewReplica(1);
    private static readonly ReplicaId Two = NewReplica(2);
    private static readonly ReplicaId Twelve = NewReplica(12);

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
        await CreateAsync(2, [One.Node, Two.Node], One);
        Assert.True(await TryClaimAsync(1, -1, 5, One));
        await CreateAsync(4, [Two.Node], Two);

        IReadOnlyList<LeadershipRow> rows = await _table.ReadAsync(_topic);

        Assert.Equal([0, 1, 2, 3], rows.Select(row => row.Partition));
        Assert.Equal([-1, 5, -1, -1], rows.Select(row => row.LeaderEpoch.Value));
        Assert.Equal([null, One.Node, null, null], rows.Select(row => row.LeaderNode));
        Assert.Equal([0L, 1L, 0L, 0L], rows.Select(row => row.InSync.Version));
        Assert.Equal([One.Node, Two.Node], rows[1].Replicas);
        Assert.Equal([One], rows[1].InSync.Members);
        Assert.Equal([Two.Node], rows[3].Replicas);
    }

    [Fact]
    public async Task Create_GivesEachPartitionNodesOfItsOwn()
    {
        await _table.CreateAsync(_topic, 3, [new([One.Node, Two.Node], [One, Two]), new([Two.Node, Twelve.Node], [Two, Twelve])]);

        IReadOnlyList<LeadershipRow> rows = await _table.ReadAsync(_topic);

        Assert.Equal([3, 4], rows.Select(row => row.Partition));
        Assert.Equal([[One.Node, Two.Node], [Two.Node, Twelve.Node]], rows.Select(row => row.Replicas));
        Assert.Equal([[One, Two], [Two, Twelve]], rows.Select(row => row.InSync.Members));
    }

    [Fact]
    public async Task Create_TheMostPartitions_MakesThemAll()
    {
        await CreateAsync(StreamCoord.Topics.CreateTopicRequest.PartitionCountMax, [One.Node], One);

        Assert.Equal(StreamCoord.Topics.CreateTopicRequest.PartitionCountMax, (await _table.ReadAsync(_topic)).Count);
    }

    [Fact]
    public async Task Find_WhatIsNotThere_IsNull()
    {
        await CreateAsync(1, [One.Node], One);

        Assert.Null(await _table.FindAsync(_topic, 1));
        Assert.Null(await _table.FindAsync(TopicId.NewId(), 0));
        Assert.NotNull(await _table.FindAsync(_topic, 0));
    }

    [Fact]
    public async Task Claim_WithAStaleEpoch_ChangesNothing_AndShowsWhoHasIt()
    {
        await CreateAsync(1, [One.Node, Two.Node], One, Two);
        Assert.True(await TryClaimAsync(0, -1, 0, One));

        LeadershipRow row = Assert.Single(await _table.ClaimAsync([NewClaim(0, -1, 7)], Two));

        Assert.Equal(new LeaderEpoch(0), row.LeaderEpoch);
        Assert.Equal(One.Node, row.LeaderNode);
        Assert.Equal(1, row.InSync.Version);
    }

    [Fact]
    public async Task Claim_ByAReplicaOutsideTheInSyncSet_ChangesNothing()
    {
        await CreateAsync(1, [One.Node, Twelve.Node], Twelve);

        Assert.False(await TryClaimAsync(0, -1, 0, One));
        Assert.False(await TryClaimAsync(0, -1, 0, Two));
        Assert.True(await TryClaimAsync(0, -1, 0, Twelve));
    }

    [Fact]
    public async Task Claim_ByANodeWithAnotherDirectory_ChangesNothing()
    {
        await CreateAsync(1, [One.Node], One);

        Assert.False(await TryClaimAsync(0, -1, 0, NewReplica(One.Node.Value)));
    }

    [Fact]
    public async Task Claim_OfWhatIsNotThere_ReturnsTheOthers()
    {
        await CreateAsync(1, [One.Node], One);

        IReadOnlyList<LeadershipRow> rows = await _table.ClaimAsync([NewClaim(1, -1, 0), NewClaim(0, -1, 0), new Claim(TopicId.NewId(), 0, LeaderEpoch.Unknown, new LeaderEpoch(0))], One);

        Assert.Equal(0, Assert.Single(rows).Partition);
    }

    [Fact]
    public async Task Claim_OfManyAtOnce_HasOneWinnerForEachEpoch()
    {
        const int Partitions = 10;
        ReplicaId[] claimers = [.. Enumerable.Range(1, 8).Select(NewReplica)];
        await CreateAsync(Partitions, [.. claimers.Select(claimer => claimer.Node)], claimers);

        for (int epoch = 0; epoch < 20; epoch++)
        {
            Claim[] claims = [.. Enumerable.Range(0, Partitions).Select(partition => NewClaim(partition, epoch - 1, epoch))];
            IReadOnlyList<LeadershipRow>[] seen = await Task.WhenAll(claimers.Select((claimer, i) => Task.Run(() =>
            {
                var random = new Random(i);
                return _table.ClaimAsync([.. claims.OrderBy(_ => random.Next())], claimer);
            })));

            for (int partition = 0; partition < Partitions; partition++)
            {
                LeadershipRow[] rows = [.. seen.Select(rows => rows.Single(row => row.Partition == partition))];
                Assert.Single(rows.Select((row, i) => row.LeaderNode == claimers[i].Node), true);
                Assert.All(rows, row => Assert.Equal((rows[0].LeaderNode, epoch), (row.LeaderNode, row.LeaderEpoch.Value)));
                Assert.All(rows, row => Assert.Equal(epoch + 1, row.InSync.Version));
            }
        }
    }

    [Fact]
    public async Task ClaimAndReadAll_TakeThousandsOfRows()
    {
        const int Rows = 5_000;
        await CreateAsync(Rows, [One.Node], One);

        using var trips = new RoundTrips();
        IReadOnlyList<LeadershipRow> before = await _table.ReadAllAsync();
        IReadOnlyList<LeadershipRow> after = await _table.ClaimAsync([.. before.Select(row => new Claim(row.TopicId, row.Partition, row.LeaderEpoch, row.LeaderEpoch.Next()))], One);

        Assert.Equal((Rows, Rows), (before.Count, after.Count));
        Assert.All(after, row => Assert.Equal((new LeaderEpoch(0), One.Node, 1L), (row.LeaderEpoch, row.LeaderNode!.Value, row.InSync.Version)));
        Assert.InRange(trips.CountOf(_database), _database.IsBlocking ? 0 : 1, 30);
    }

    [Fact]
    public async Task ChangeInSync_TakesThousandsOfRows()
    {
        const int Rows = 5_000;
        await CreateAsync(Rows, [One.Node, Two.Node], One, Two);

        using var trips = new RoundTrips();
        IReadOnlyList<LeadershipRow> rows = await _table.ChangeInSyncAsync([.. Enumerable.Range(0, Rows).Select(i => new MemberChange(_topic, i, new InSyncChange(LeaderEpoch.Unknown, i % 2, [One])))]);

        Assert.Equal(Rows, rows.Count);
        Assert.All(rows, row => Assert.Equal(row.Partition % 2 == 0 ? (1, 1L) : (2, 0L), (row.InSync.Members.Count, row.InSync.Version)));
        Assert.InRange(trips.CountOf(_database), _database.IsBlocking ? 0 : 1, 30);
    }

    [Fact]
    public async Task ChangeInSync_OfTheTermAndTheVersion_IsMade()
    {
        await CreateAsync(1, [One.Node, Two.Node], One, Two);
        Assert.True(await TryClaimAsync(0, -1, 0, One));

        LeadershipRow? row = await _table.ChangeInSyncAsync(_topic, 0, new InSyncChange(new LeaderEpoch(0), 1, [One]));

        Assert.Equal([One], row!.InSync.Members);
        Assert.Equal(2, row.InSync.Version);
        Assert.Equal([One], (await _table.FindAsync(_topic, 0))!.InSync.Members);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public async Task ChangeInSync_ThatIsLate_ChangesNothing_AndShowsTheRow(int epoch, long version)
    {
        await CreateAsync(1, [One.Node, Two.Node], One, Two);
        Assert.True(await TryClaimAsync(0, -1, 1, One));

        LeadershipRow? row = await _table.ChangeInSyncAsync(_topic, 0, new InSyncChange(new LeaderEpoch(epoch), version, [One]));

        Assert.Equal([One, Two], row!.InSync.Members);
        Assert.Equal(1, row.InSync.Version);
    }

    [Fact]
    public async Task Assign_OfTheVersionOnly_IsMade()
    {
        await CreateAsync(1, [One.Node], One);

        LeadershipRow? changed = await _table.AssignAsync(_topic, 0, 0, Assignment.Of([One.Node]).MoveTo([Two.Node]));
        LeadershipRow? late = await _table.AssignAsync(_topic, 0, 0, Assignment.Of([Twelve.Node]));

        Assert.Equal([Two.Node, One.Node], changed!.Replicas);
        Assert.True(changed.Assignment.IsSameAs(new Assignment([Two.Node, One.Node], [Two.Node], [One.Node])));
        Assert.Equal([Two.Node, One.Node], late!.Replicas);
        Assert.Equal((1L, 1L), (changed.InSync.Version, late.InSync.Version));
    }

    [Fact]
    public async Task Change_OfWhatIsNotThere_IsNull()
    {
        Assert.Null(await _table.ChangeInSyncAsync(_topic, 0, new InSyncChange(new LeaderEpoch(0), 0, [One])));
        Assert.Null(await _table.AssignAsync(_topic, 0, 0, Assignment.Of([One.Node])));
    }

    [Fact]
    public async Task Delete_TakesTheTopicsRowsOnly()
    {
        TopicId other = TopicId.NewId();
        await CreateAsync(2, [One.Node], One);
        await _table.CreateAsync(other, 0, [new([One.Node], [One])]);

        await _table.DeleteAsync(_topic);
        await _table.DeleteAsync(_topic);

        Assert.Empty(await _table.ReadAsync(_topic));
        Assert.Single(await _table.ReadAsync(other));
    }

    [Fact]
    public async Task Claims_AfterTheDatabaseIsOpenedAgain_AreStillThere()
    {
        await CreateAsync(1, [One.Node], One);
        await TryClaimAsync(0, -1, 3, One);
        await _database.DisposeAsync();
        _database = await source.OpenAsync();

        Assert.Equal(new LeaderEpoch(3), (await new LeadershipTable(_database).FindAsync(_topic, 0))!.LeaderEpoch);
    }

    private static ReplicaId NewReplica(int node) => new(new NodeId(node), new Incarnation(Guid.NewGuid()));

    private Task CreateAsync(int partitionCount, IReadOnlyList<NodeId> replicas, params ReplicaId[] inSync) =>
        _table.CreateAsync(_topic, 0, [.. Enumerable.Repeat(new PartitionReplicas(replicas, inSync), partitionCount)]);

    private Claim NewClaim(int partition, int expected, int next) => new(_topic, partition, new LeaderEpoch(expected), new LeaderEpoch(next));

    private async Task<bool> TryClaimAsync(int partition, int expected, int next, ReplicaId self)
    {
        LeadershipRow row = Assert.Single(await _table.ClaimAsync([NewClaim(partition, expected, next)], self));
        return row.LeaderEpoch.Value == next && row.LeaderNode == self.Node;
    }
}

public sealed class SqliteLeadershipTableTests() : LeadershipTableTests(new SqliteFile());

public sealed class PostgreSqlLeadershipTableTests(PostgreSqlServer server) : LeadershipTableTests(new PostgreSqlDatabase(server));
