using Microsoft.Extensions.Logging.Abstractions;
using StreamCoord.Grains.Tests.Storage;
using StreamCoord.Replication;
using StreamCoord.Testing.Databases;

namespace StreamCoord.Grains.Tests.Leadership;

/// <summary>What every database must do for claims.</summary>
public abstract class LeadershipClaimsTests(IDatabaseSource source) : IAsyncLifetime
{
    private static readonly ReplicaId One = new(new NodeId(1), new Incarnation(Guid.NewGuid()));
    private static readonly ReplicaId Two = new(new NodeId(2), new Incarnation(Guid.NewGuid()));

    private readonly TopicId _topic = TopicId.NewId();
    private Database _database = null!;
    private LeadershipTable _table = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await source.OpenAsync();
        _table = new LeadershipTable(_database);
        await CreateAsync(_topic, One);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _database.DisposeAsync();
        await source.DisposeAsync();
    }

    [Fact]
    public async Task Claim_AfterTheStart_HandsOutTheBulkClaimOnce()
    {
        LeadershipClaims claims = await StartAsync();

        Assert.Equal(new LeaderEpoch(0), await ClaimAsync(claims, 0, LeaderEpoch.Unknown));
        Assert.Equal(new LeaderEpoch(1), await ClaimAsync(claims, 0, LeaderEpoch.Unknown));
        Assert.Equal(new LeaderEpoch(0), await ClaimAsync(claims, 1, LeaderEpoch.Unknown));
    }

    [Fact]
    public async Task Claim_WhenTheLogIsNewerThanTheTable_GoesBeyondTheLog()
    {
        LeadershipClaims claims = await StartAsync();

        Assert.Equal(new LeaderEpoch(41), await ClaimAsync(claims, 0, new LeaderEpoch(40)));
        Assert.Equal(new LeaderEpoch(42), await ClaimAsync(claims, 0, new LeaderEpoch(3)));
    }

    [Fact]
    public async Task Claim_ByTwoAtOnce_GivesNoEpochTwice()
    {
        TopicId shared = TopicId.NewId();
        await CreateAsync(shared, One, Two);
        LeadershipClaims[] claimers = [await StartAsync(), await StartAsync(Two)];

        LeaderEpoch[][] epochs = await Task.WhenAll(claimers.Select(claimer => Task.Run(async () =>
        {
            var own = new List<LeaderEpoch>();
            for (int i = 0; i < 50; i++)
            {
                own.Add(await claimer.ClaimAsync(shared, 0, own.Count == 0 ? LeaderEpoch.Unknown : own[^1], TestContext.Current.CancellationToken));
            }
            return own.ToArray();
        })));

        Assert.All(epochs, own => Assert.Equal(own.Order().Distinct(), own));
        Assert.Equal(100, epochs.SelectMany(own => own).Distinct().Count());
    }

    [Fact]
    public async Task Claim_OfAPartitionWithoutARow_IsRefused()
    {
        LeadershipClaims claims = await StartAsync();

        var refusal = await Assert.ThrowsAsync<LeadershipRefusedException>(() => ClaimAsync(claims, 2, LeaderEpoch.Unknown));

        Assert.Contains(_topic.ToString(), refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Claim_OutsideTheInSyncSet_IsRefused()
    {
        TopicId foreign = TopicId.NewId();
        await CreateAsync(foreign, Two);
        LeadershipClaims claims = await StartAsync();

        await Assert.ThrowsAsync<LeadershipRefusedException>(
            () => claims.ClaimAsync(foreign, 0, LeaderEpoch.Unknown, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Start_LeavesAloneWhatOthersMayLead()
    {
        TopicId shared = TopicId.NewId();
        await CreateAsync(shared, One, Two);

        await StartAsync();

        Assert.Equal(LeaderEpoch.Unknown, (await _table.FindAsync(shared, 0))!.LeaderEpoch);
        Assert.Equal(new LeaderEpoch(0), (await _table.FindAsync(_topic, 0))!.LeaderEpoch);
    }

    private Task<LeaderEpoch> ClaimAsync(LeadershipClaims claims, int partition, LeaderEpoch newerThan) =>
        claims.ClaimAsync(_topic, partition, newerThan, TestContext.Current.CancellationToken);

    private Task CreateAsync(TopicId topic, params ReplicaId[] replicas)
    {
        var partition = new PartitionReplicas([.. replicas.Select(replica => replica.Node)], replicas);
        return _table.CreateAsync(topic, 0, [partition, partition]);
    }

    private Task<LeadershipClaims> StartAsync() => StartAsync(One);

    private async Task<LeadershipClaims> StartAsync(ReplicaId self)
    {
        var claims = new LeadershipClaims(_table, new ClusterIdentity("test", self.Node, self.Incarnation), NullLogger<LeadershipClaims>.Instance);
        await claims.ClaimAllAsync(TestContext.Current.CancellationToken);
        return claims;
    }
}

public sealed class SqliteLeadershipClaimsTests() : LeadershipClaimsTests(new SqliteFile());

public sealed class PostgreSqlLeadershipClaimsTests(PostgreSqlServer server) : LeadershipClaimsTests(new PostgreSqlDatabase(server));
