using Microsoft.Extensions.Logging;
using StreamCoord.Partitions;

namespace StreamCoord.Grains.Coordinators;

/// <summary>
/// One partition of a coordinator's topic on this silo: begins a term when one is asked for and there is none, once for all who ask. Safe for concurrent use.
/// </summary>
/// <param name="partition">The partition.</param>
/// <param name="load">Reads everything below an offset into a view, under the term that was granted.</param>
/// <param name="grains">Where its leader is.</param>
/// <param name="logger">Where terms are reported.</param>
internal sealed partial class CoordinatorPartition<TTerm>(
    TopicPartition partition, Func<IPartitionGrain, LeaderEpoch, Offset, Task<TTerm>> load, IGrainFactory grains, ILogger logger)
    where TTerm : class, ICoordinatorTerm
{
    private readonly Lock _lock = new();
    private TTerm? _term;
    private Task<TTerm>? _loading;
    private bool _isStopped;

    /// <summary>Which one it is.</summary>
    public TopicPartition Partition => partition;

    /// <summary>The term that is served in, after it has read everything.</summary>
    /// <exception cref="CoordinatorUnavailableException">There is none, and none can begin.</exception>
    public Task<TTerm> GetTermAsync()
    {
        lock (_lock)
        {
            if (_isStopped)
            {
                return Task.FromException<TTerm>(new CoordinatorUnavailableException(ErrorCode.NotCoordinator, "The silo is stopping."));
            }
            return _term is { HasEnded: false } term ? Task.FromResult(term) : _loading ??= Task.Run(BeginTermAsync);
        }
    }

    /// <summary>Ends the term and begins no other.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            _isStopped = true;
            _term?.Dispose();
        }
    }

    private async Task<TTerm> BeginTermAsync()
    {
        TTerm? begun = null;
        try
        {
            begun = await LoadAsync();
            return begun;
        }
        catch (Exception exception) when (exception is not CoordinatorUnavailableException)
        {
            throw new CoordinatorUnavailableException(ErrorCode.CoordinatorNotAvailable, $"{partition} cannot be read: {exception.Message}");
        }
        finally
        {
            lock (_lock)
            {
                (_term, _loading) = (begun, null);
                if (_isStopped)
                {
                    begun?.Dispose();
                }
            }
        }
    }

    private async Task<TTerm> LoadAsync()
    {
        IPartitionGrain log = grains.GetGrain<IPartitionGrain>(partition.ToString());
        TermReply granted = await log.BeginTerm();
        if (granted.Error != ErrorCode.None)
        {
            throw new CoordinatorUnavailableException(ErrorCode.CoordinatorNotAvailable, $"{partition} cannot be written: {granted.Message}");
        }
        TTerm term = await load(log, granted.Epoch, granted.EndOffset);
        LogBegun(logger, granted.Epoch, partition);
        return term;
    }

    [LoggerMessage(2602, LogLevel.Debug, "Term {Epoch} of the coordinator of {Partition} begins.")]
    private static partial void LogBegun(ILogger logger, LeaderEpoch epoch, TopicPartition partition);
}
