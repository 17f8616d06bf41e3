using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using StreamCoord.Partitions;

namespace StreamCoord.Grains.Groups;

/// <summary>
/// One partition of <c>__consumer_offsets</c> on this silo: begins a term when one is asked for and there is none, once for all who ask. Safe for concurrent use.
/// </summary>
internal sealed partial class OffsetsPartition(TopicPartition partition, IGrainFactory grains, TimeProvider time, ILogger logger)
{
    private readonly Lock _lock = new();
    private OffsetsTerm? _term;
    private Task<OffsetsTerm>? _loading;
    private bool _isStopped;

    /// <summary>The term that is served in, after it has read everything.</summary>
    /// <exception cref="GroupUnavailableException">There is none, and none can begin.</exception>
    public Task<OffsetsTerm> GetTermAsync()
    {
        lock (_lock)
        {
            if (_isStopped)
            {
                return Task.FromException<OffsetsTerm>(Stopping());
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

    private async Task<OffsetsTerm> BeginTermAsync()
    {
        OffsetsTerm? begun = null;
        try
        {
            begun = await LoadAsync();
            return begun;
        }
        catch (Exception exception) when (exception is not GroupUnavailableException)
        {
            throw new GroupUnavailableException(ErrorCode.CoordinatorNotAvailable, $"What groups have committed cannot be read: {exception.Message}");
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

    private async Task<OffsetsTerm> LoadAsync()
    {
        IPartitionGrain log = grains.GetGrain<IPartitionGrain>(partition.ToString());
        TermReply granted = await log.BeginTerm();
        if (granted.Error != ErrorCode.None)
        {
            throw new GroupUnavailableException(ErrorCode.CoordinatorNotAvailable, $"What groups commit cannot be written: {granted.Message}");
        }
        ConcurrentDictionary<string, StoredGroup> groups = await new OffsetsLoader(log).LoadAsync(granted.EndOffset);
        LogBegun(logger, granted.Epoch, partition, groups.Count);
        return new OffsetsTerm(log, granted.Epoch, groups, time, logger);
    }

    private static GroupUnavailableException Stopping() => new(ErrorCode.NotCoordinator, "The silo is stopping.");

    [LoggerMessage(2602, LogLevel.Debug, "Term {Epoch} of the group coordinator of {Partition} begins with {GroupCount} groups.")]
    private static partial void LogBegun(ILogger logger, LeaderEpoch epoch, TopicPartition partition, int groupCount);
}
