using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.ZNodes;

/// <summary>
/// Gathers the signs of life of the sessions that this silo hears from, and passes them on in one call several times per tick; and lets go the znodes that nobody watches any more.
/// </summary>
internal sealed partial class SessionHeartbeats(ZNodeGrains grains, TreeFeed feed, ZNodeOptions options, TimeProvider time, ILogger<SessionHeartbeats> logger) : BackgroundService
{
    private const int RoundsPerTick = 4;

    private readonly ConcurrentDictionary<SessionId, bool> _touched = new();

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
                await RunRoundAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The silo stops.
        }
    }

    private async Task RunRoundAsync()
    {
        try
        {
            await SendAsync();
            await LetGoAsync();
        }
#pragma warning disable CA1031 // A round that fails, as all do while the silo stops, must not end the later ones.
        catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
        {
            LogFailed(logger, exception.Message);
        }
    }

    private async Task SendAsync()
    {
        SessionId[] sessions = [.. _touched.Keys];
        if (sessions.Length == 0)
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

    [LoggerMessage(2431, LogLevel.Warning, "The sessions' signs of life did not reach the sequencer, or a znode could not be let go; it is tried again: {Reason}")]
    private static partial void LogFailed(ILogger logger, string reason);
}
