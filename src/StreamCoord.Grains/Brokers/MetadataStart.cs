using Microsoft.Extensions.Logging;
using StreamCoord.Grains.Cluster;
using StreamCoord.Grains.Topics;
using StreamCoord.Grains.ZNodes;

namespace StreamCoord.Grains.Brokers;

/// <summary>Whether the znodes that topics need are there. One per silo; safe for concurrent use.</summary>
internal sealed partial class MetadataStart(IClusterNodes nodes, TimeProvider time, ILogger<MetadataStart> logger)
{
    /// <summary>How long a silo that starts in a cluster waits for the others: longer than it takes to declare those dead that were killed with it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(250);

    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when they are; fails when they cannot be made.</summary>
    public Task Done => _done.Task;

    /// <summary>
    /// Carries out what may be carried out twice, until it succeeds. What fails in a cluster may be about to change: the tree's log has too few copies in sync until the other silos have started too, or its leader has
    /// just gone. A silo that is alone, or whose copy of the tree is damaged, has nothing to wait for.
    /// </summary>
    public async Task RetryAsync(Func<Task> attempt, CancellationToken stop)
    {
        long since = time.GetTimestamp();
        while (true)
        {
            try
            {
                await attempt();
                return;
            }
            catch (Exception failure) when (nodes is not LoneNode && MayHeal(failure) && time.GetElapsedTime(since) < Patience)
            {
                LogWaits(logger, failure.Message);
                await Task.Delay(RetryDelay, time, stop);
            }
        }
    }

    public void Complete() => _done.TrySetResult();

    public void Fail(Exception reason)
    {
        _done.TrySetException(reason);
        // Perhaps nobody asks.
        _ = _done.Task.Exception;
    }

    private static bool MayHeal(Exception failure) =>
        failure is CoordinationUnavailableException { IsLasting: false } or TreeRefusedException or OrleansException or TimeoutException;

    [LoggerMessage(2551, LogLevel.Information, "The znode tree cannot be served yet; it is tried again: {Reason}")]
    private static partial void LogWaits(ILogger logger, string reason);
}
