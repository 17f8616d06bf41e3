using System.Collections.Concurrent;
using System.Diagnostics;
using Npgsql;

namespace StreamCoord.Grains.Tests.Leadership;

/// <summary>Counts what Npgsql sends to servers, from its creation on.</summary>
internal sealed class RoundTrips : IDisposable
{
    private readonly ConcurrentBag<string?> _databases = [];
    private readonly ActivityListener _listener;

    public RoundTrips()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity => _databases.Add(activity.GetTagItem("db.namespace") as string),
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>How many there were to a database; 0 for one that is no server's.</summary>
    public int CountOf(Database database) =>
        database.IsBlocking ? 0 : _databases.Count(name => name == new NpgsqlConnectionStringBuilder(database.Source.ConnectionString).Database);

    public void Dispose() => _listener.Dispose();
}
