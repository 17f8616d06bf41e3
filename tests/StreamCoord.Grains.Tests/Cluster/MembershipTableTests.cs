using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime.MembershipService;
using StreamCoord.Grains.Tests.Storage;
using StreamCoord.Testing.Databases;

namespace StreamCoord.Grains.Tests.Cluster;

/// <summary>What Orleans' clustering asks of our scripts.</summary>
public sealed class MembershipTableTests(PostgreSqlServer server) : IAsyncLifetime
{
    private static readonly DateTime Started = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    private readonly PostgreSqlDatabase _source = new(server);
    private readonly ServiceProvider _services = new ServiceCollection().BuildServiceProvider();
    private Database _database = null!;
    private AdoNetClusteringTable _table = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await _source.OpenAsync();
        _table = NewTable();
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _database.DisposeAsync();
        await _source.DisposeAsync();
    }

    [Fact]
    public async Task Initialize_ByManyAtOnce_MakesOneVersion()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => NewTable().InitializeMembershipTableAsync(true, Cancelled))));
        await _table.InitializeMembershipTableAsync(true, Cancelled);

        MembershipTableData table = await _table.ReadAllAsync(Cancelled);
        Assert.Empty(table.Members);
        Assert.Equal(0, table.Version.Version);
    }

    [Fact]
    public async Task Insert_OfManyAtOnce_HasOneWinnerForEachVersion()
    {
        await _table.InitializeMembershipTableAsync(true, Cancelled);

        for (int round = 0; round < 10; round++)
        {
            TableVersion version = (await _table.ReadAllAsync(Cancelled)).Version;
            bool[] won = await Task.WhenAll(Enumerable.Range(1, 8).Select(port => Task.Run(() => _table.InsertRowAsync(NewEntry(port, round), version.Next(), Cancelled))));

            Assert.Single(won, true);
            Assert.Equal(round + 1, (await _table.ReadAllAsync(Cancelled)).Version.Version);
        }
        Assert.Equal(10, (await _table.ReadAllAsync(Cancelled)).Members.Count);
    }

    [Fact]
    public async Task Insert_OfAMemberThatIsThere_ChangesNothing()
    {
        MembershipEntry entry = await InsertAsync();
        TableVersion version = (await _table.ReadAllAsync(Cancelled)).Version;

        Assert.False(await _table.InsertRowAsync(entry, version.Next(), Cancelled));

        Assert.Equal(1, (await _table.ReadAllAsync(Cancelled)).Version.Version);
    }

    [Fact]
    public async Task Update_KeepsEverything_AndWithAnOldVersionNothing()
    {
        MembershipEntry entry = await InsertAsync();
        TableVersion version = (await _table.ReadAllAsync(Cancelled)).Version;
        entry.Status = SiloStatus.Dead;
        entry.AddSuspector(NewAddress(9, 9), Started);

        Assert.True(await _table.UpdateRowAsync(entry, version.VersionEtag, version.Next(), Cancelled));
        Assert.False(await _table.UpdateRowAsync(entry, version.VersionEtag, version.Next(), Cancelled));

        MembershipTableData read = await _table.ReadRowAsync(entry.SiloAddress, Cancelled);
        MembershipEntry member = Assert.Single(read.Members).Item1;
        Assert.Equal(2, read.Version.Version);
        Assert.Equal((SiloStatus.Dead, "1", "host", 30_000), (member.Status, member.SiloName, member.HostName, member.ProxyPort));
        Assert.Equal((Started, Started), (member.StartTime, member.IAmAliveTime));
        Assert.Equal(NewAddress(9, 9), Assert.Single(member.SuspectTimes!).Item1);
    }

    [Fact]
    public async Task Update_AmongSignsOfLife_IsMadeOnceForEachVersion()
    {
        MembershipEntry entry = await InsertAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        Task[] signs = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await _table.UpdateIAmAliveAsync(entry, Cancelled);
            }
        }))];

        for (int round = 0; round < 50; round++)
        {
            TableVersion version = (await _table.ReadAllAsync(Cancelled)).Version;
            bool[] won = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => _table.UpdateRowAsync(entry, version.VersionEtag, version.Next(), Cancelled))));
            Assert.Single(won, true);
        }
        await stop.CancelAsync();
        await Task.WhenAll(signs);

        Assert.Equal(51, (await _table.ReadAllAsync(Cancelled)).Version.Version);
    }

    [Fact]
    public async Task SignOfLife_IsNoChangeOfTheMembership()
    {
        MembershipEntry entry = await InsertAsync();
        entry.IAmAliveTime = Started.AddMinutes(1);

        await _table.UpdateIAmAliveAsync(entry, Cancelled);

        MembershipTableData read = await _table.ReadAllAsync(Cancelled);
        Assert.Equal(Started.AddMinutes(1), Assert.Single(read.Members).Item1.IAmAliveTime);
        Assert.Equal(1, read.Version.Version);
    }

    [Fact]
    public async Task Cleanup_TakesTheOldDeadAway_AndNobodyElse()
    {
        MembershipEntry alive = await InsertAsync(1, SiloStatus.Active);
        await InsertAsync(2, SiloStatus.Dead);

        await _table.CleanupDefunctSiloEntriesAsync(Started, Cancelled);
        Assert.Equal(2, (await _table.ReadAllAsync(Cancelled)).Members.Count);
        await _table.CleanupDefunctSiloEntriesAsync(Started.AddSeconds(1), Cancelled);

        Assert.Equal(alive.SiloAddress, Assert.Single((await _table.ReadAllAsync(Cancelled)).Members).Item1.SiloAddress);
    }

    [Fact]
    public async Task Delete_TakesTheClusterAway()
    {
        await InsertAsync();

        await _table.DeleteMembershipTableEntriesAsync("c", Cancelled);
        await _table.InitializeMembershipTableAsync(true, Cancelled);

        Assert.Empty((await _table.ReadAllAsync(Cancelled)).Members);
    }

    private static SiloAddress NewAddress(int port, int generation) => SiloAddress.New(IPAddress.Loopback, port, generation);

    private static MembershipEntry NewEntry(int port, int generation, SiloStatus status = SiloStatus.Joining) => new()
    {
        SiloAddress = NewAddress(port, generation),
        SiloName = $"{port}",
        HostName = "host",
        Status = status,
        ProxyPort = 30_000,
        StartTime = Started,
        IAmAliveTime = Started,
    };

    private async Task<MembershipEntry> InsertAsync(int port = 1, SiloStatus status = SiloStatus.Joining)
    {
        await _table.InitializeMembershipTableAsync(true, Cancelled);
        MembershipEntry entry = NewEntry(port, 1, status);
        Assert.True(await _table.InsertRowAsync(entry, (await _table.ReadAllAsync(Cancelled)).Version.Next(), Cancelled));
        return entry;
    }

    private AdoNetClusteringTable NewTable() => new(
        _services,
        Options.Create(new ClusterOptions { ClusterId = "c", ServiceId = "s" }),
        Options.Create(new AdoNetClusteringSiloOptions { Invariant = _database.OrleansInvariant, DataSource = _database.Source }),
        NullLogger<AdoNetClusteringTable>.Instance);
}
