namespace StreamCoord.Grains.Tests.Storage;

/// <summary>Makes databases of one kind, so that one set of tests serves every kind.</summary>
public interface IDatabaseSource : IAsyncDisposable
{
    /// <summary>Opens a database: the same one with each call.</summary>
    Task<Database> OpenAsync();
}
