using StreamCoord.Testing;

namespace StreamCoord.Grains.Tests.Storage;

public sealed class SqliteFile : IDatabaseSource
{
    private readonly TemporaryDirectory _directory = new();

    public string FilePath => _directory.Combine("streamcoord.db");

    public Task<Database> OpenAsync() => Database.OpenEmbeddedAsync(FilePath);

    public ValueTask DisposeAsync()
    {
        _directory.Dispose();
        return ValueTask.CompletedTask;
    }
}
