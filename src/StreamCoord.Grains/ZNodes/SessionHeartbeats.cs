using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StreamCoord.Grains.Cluster;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.ZNodes;

/// <summary>
/// Gathers the signs of life of the sessions that this silo hears from, and passes them on in one call several times per tick; and lets go the znodes that nobody watches any more.
/// </summary>
/// <remarks>
/// A silo of a cluster that does not reach the sequencer for a third of the shortest session ends its connections, as a ZooKeeper server does that has lost its leader: nobody holds on to a lock in a corner that is cut off, and
/// clients go to another silo while their sessions last.
/// </remarks>
internal sealed partial class SessionHeartbeats(
    ZNodeGrains grains, TreeFeed feed, IClusterNodes nodes, ZNodeOptions options, TimeProvider time, ILogger<SessionHeartbeats> logger) : BackgroundService
{
    private const int RoundsPerTick = 4;

    private readonly TimeSpan _contactMax = TimeSpan.FromMilliseconds(options.SessionTimeoutMsMin / 3);
    private long _contactTimestamp = time.GetTimestamp();

    private readonly ConcurrentDictionary<SessionId, bool> _touched = new();

    /// <summary>The connections into the tree that are open on this silo.</summary>
    public ConnectionSet Connections { get; } = new();

    /// <summary>Notes a sign of life.</summary>
    public void Touch(SessionId session) => _touched.TryAdd(session, true);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(Math.Max(1, options.TickTimeMs / RoundsPerTick)), time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await RunRoundAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The silo stops.
        }
    }

    private async Task RunRoundAsync(CancellationToken stoppingToken)
    {
        try
        {
            await SendAsync().WaitAsync(_contactMax, time, stoppingToken);
            _contactTimestamp = time.GetTimestamp();
            await LetGoAsync();
        }
#pragma warning disable CA1031 // A round that fails, as all do while the silo stops, must not end the later ones. A call may also end as cancelled.
        catch (Exception exception) when (exception is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogFailed(logger, exception.Message);
            BreakIfCutOff();
        }
    }

    private void BreakIfCutOff()
    {
        if (nodes is not LoneNode && feed.Loaded.IsCompletedSuccessfully && time.GetElapsedTime(_contactTimestamp) > _contactMax &&
            Connections.BreakAll("This server does not reach the sequencer of the znode tree.") is > 0 and int count)
        {
            LogCutOff(logger, count, _contactMax.TotalMilliseconds);
        }
    }

    private async Task SendAsync()
    {
        SessionId[] sessions = [.. _touched.Keys];
        if (sessions.Length == 0 && nodes is LoneNode)
        {
            return;
        }
        foreach (SessionId session in sessions)
        {
            _touched.TryRemove(session, out _);
        }
        try
        {
            await grains.Sequencer.Touch(sessions);
        }
        catch
        {
            foreach (SessionId session in sessions)
            {
                Touch(session);
            }
            throw;
        }
    }

    private async Task LetGoAsync()
    {
        IReadOnlyList<string> unwatched;
        lock (feed.Tree.Gate)
        {
            unwatched = feed.Tree.TakeUnwatched();
        }
        foreach (string path in unwatched)
        {
            await grains.Find(path).Unpin();
        }
    }

    [LoggerMessage(2432, LogLevel.Warning, "{Count} connections into the znode tree were ended: the sequencer was not reached for {ContactMs} ms.")]
    private static partial void LogCutOff(ILogger logger, int count, double contactMs);

    [LoggerMessage(2431, LogLevel.Warning, "The sessions' signs of life did not reach the sequencer, or a znode could not be let go; it is tried again: {Reason}")]
    private static partial void LogFailed(ILogger logger, string reason);
}
