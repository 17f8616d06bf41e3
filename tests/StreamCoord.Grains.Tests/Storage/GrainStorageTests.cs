using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;
using StreamCoord.Grains.Tests.Topics;
using StreamCoord.Testing.Databases;

namespace StreamCoord.Grains.Tests.Storage;

/// <summary>What grain storage promises through our scripts, on every database.</summary>
public abstract class GrainStorageTests(IDatabaseSource source) : IAsyncLifetime
{
    private static readonly StoredThing Two = new() { Count = 2 };

    private TopicSilo _silo = null!;
    private IGrainStorage _storage = null!;

    public async ValueTask InitializeAsync()
    {
        _silo = await TopicSilo.StartAsync(source);
        _storage = _silo.Services.GetRequiredKeyedService<IGrainStorage>(StorageHosting.Subscriptions);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _silo.DisposeAsync();
    }

    [Theory]
    [InlineData("text")]
    [InlineData("4711")]
    [InlineData("0123456789abcdef0123456789abcdef")]
    public async Task FirstWrite_OfManyAtOnce_HasOneWinner(string key)
    {
        GrainId grain = GrainId.Create("grain", key);

        bool[] won = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => TryWriteAsync(grain, new GrainState<StoredThing>(Two)))));

        Assert.Single(won, true);
        Assert.Equal(1, await _silo.CountAsync("OrleansStorage WHERE GrainTypeString = 'state'"));
    }

    [Fact]
    public async Task Write_WithAStaleVersion_IsRefusedAndChangesNothing()
    {
        GrainId grain = GrainId.Create("grain", "g");
        var newest = new GrainState<StoredThing>(Two);
        Assert.True(await TryWriteAsync(grain, newest));
        var stale = new GrainState<StoredThing>(new StoredThing { Count = 7 }, newest.ETag);
        Assert.True(await TryWriteAsync(grain, newest));

        Assert.False(await TryWriteAsync(grain, stale));

        Assert.Equal(2, (await ReadAsync(grain)).State!.Count);
    }

    [Fact]
    public async Task Read_OfWhatWasNotWritten_IsNoRecord()
    {
        GrainState<StoredThing> state = await ReadAsync(GrainId.Create("grain", "none"));

        Assert.False(state.RecordExists);
        Assert.Null(state.ETag);
    }

    [Fact]
    public async Task Clear_TakesTheRowAway_AndAllowsAFirstWriteAgain()
    {
        GrainId grain = GrainId.Create("grain", "g");
        var state = new GrainState<StoredThing>(Two);
        Assert.True(await TryWriteAsync(grain, state));
        var stale = new GrainState<StoredThing>(Two, state.ETag) { RecordExists = true };
        Assert.True(await TryWriteAsync(grain, state));

        await Assert.ThrowsAsync<InconsistentStateException>(() => _storage.ClearStateAsync("state", grain, stale));
        await _storage.ClearStateAsync("state", grain, state);

        Assert.Equal(0, await _silo.CountAsync("OrleansStorage WHERE GrainTypeString = 'state'"));
        Assert.True(await TryWriteAsync(grain, state));
    }

    private async Task<GrainState<StoredThing>> ReadAsync(GrainId grain)
    {
        var state = new GrainState<StoredThing>();
        await _storage.ReadStateAsync("state", grain, state);
        return state;
    }

    private async Task<bool> TryWriteAsync(GrainId grain, GrainState<StoredThing> state)
    {
        try
        {
            await _storage.WriteStateAsync("state", grain, state);
            return true;
        }
        catch (InconsistentStateException)
        {
            return false;
        }
    }
}

/// <summary>Something that a grain keeps.</summary>
[GenerateSerializer]
public sealed record StoredThing
{
    [Id(0)]
    public int Count { get; init; }
}

public sealed class SqliteGrainStorageTests() : GrainStorageTests(new SqliteFile());

public sealed class PostgreSqlGrainStorageTests(PostgreSqlServer server) : GrainStorageTests(new PostgreSqlDatabase(server));
