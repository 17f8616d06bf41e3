using Microsoft.Extensions.Logging;
using StreamCoord.Client.Calls;
using StreamCoord.Groups;

namespace StreamCoord.Client.Consuming;

/// <summary>
/// Keeps a consumer a member of its group, in the protocol of KIP-848: shows that it lives, hears which partitions it is to read, gives back those that it is not to read any more and takes the new ones. One loop, which ends when
/// it is stopped; then the member has left.
/// </summary>
/// <remarks>
/// A partition is given back in this order: nothing of it is given out any more, nothing of it is in the reader's hands, what was processed is committed, and only then the group hears of it.
/// </remarks>
internal sealed class GroupMembership(ConsumerOptions options, GrainCalls calls, ConsumerCursors cursors, GroupOffsets offsets, TopicIds names, ILogger logger)
{
    private const int FirstBackoffMs = 50;
    private const int BackoffMsMax = 1_000;
    private const int DefaultIntervalMs = 5_000;

    private readonly string _memberId = Guid.NewGuid().ToString("n");
    private readonly HashSet<TopicPartition> _owned = [];
    private GroupEpoch _epoch = GroupEpoch.Joining;
    private int _intervalMs = DefaultIntervalMs;
    private IReadOnlyList<TopicPartitions>? _target;
    private IReadOnlyList<TopicPartitions>? _movesTo;
    private bool _tellsAll = true;

    private string GroupId => options.GroupId!;

    private IConsumerGroupGrain Group => calls.Grains.GetGrain<IConsumerGroupGrain>(GroupId);

    /// <summary>Is a member until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            await StayAsync(stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The consumer is closed.
        }
        catch (StreamCoordException failure)
        {
            LoseAll();
            cursors.Complete(failure);
        }
#pragma warning disable CA1031 // Whatever it is, the reader must hear of it: else it would wait for ever.
        catch (Exception bug)
#pragma warning restore CA1031
        {
            LoseAll();
            cursors.Complete(new StreamCoordException(ErrorCode.UnknownServerError, $"The consumer is no member of group '{GroupId}' any more: {bug.Message}", bug));
        }
    }

    /// <summary>Gives everything back and leaves the group. Nothing else may run.</summary>
    public async Task LeaveAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(options.RebalanceTimeoutMs), calls.Time);
        try
        {
            await GiveBackAsync(Owned(), TimeSpan.Zero, limit.Token).ConfigureAwait(false);
            if (_epoch > GroupEpoch.Joining)
            {
                await Group.ConsumerHeartbeat(new ConsumerHeartbeatRequest
                {
                    MemberId = _memberId,
                    InstanceId = options.InstanceId,
                    Epoch = options.InstanceId is null ? GroupEpoch.Leaving : GroupEpoch.LeavingForRestart,
                }).WaitAsync(limit.Token).ConfigureAwait(false);
            }
        }
        catch (Exception failure) when (GrainFailures.IsTransient(failure) || failure is StreamCoordException or OperationCanceledException or ObjectDisposedException)
        {
            // Then the group finds out by itself that the member is gone.
            ClientLog.LeavingFailed(logger, GroupId, failure.Message);
        }
    }

    private async Task StayAsync(CancellationToken stop)
    {
        using var term = new MemberTerm(stop);
        try
        {
            while (true)
            {
                await StepAsync(term, stop).ConfigureAwait(false);
            }
        }
        finally
        {
            await term.AbandonAsync().ConfigureAwait(false);
        }
    }

    private async Task StepAsync(MemberTerm term, CancellationToken stop)
    {
        if (!await TryBeatAsync(stop).ConfigureAwait(false))
        {
            // Nothing of what it had is its own any more.
            await term.AbandonAsync().ConfigureAwait(false);
            LoseAll();
            return;
        }
        if (_target is { } target && !term.IsMoving)
        {
            (_target, _movesTo) = (null, target);
            term.Begin(moving => MoveAsync(target, moving));
        }
        try
        {
            _tellsAll |= await term.WaitAsync(_intervalMs, calls.Time).ConfigureAwait(false);
        }
        catch (StreamCoordException failure) when (failure.IsRetriable)
        {
            // It is on its way again with the next heartbeat.
            ClientLog.MoveFailed(logger, GroupId, failure.Message);
            _target ??= _movesTo;
        }
    }

    /// <summary>One sign of life that was heard; false when the group does not know the member any more.</summary>
    private async Task<bool> TryBeatAsync(CancellationToken stop)
    {
        var backoff = new Backoff(FirstBackoffMs, BackoffMsMax);
        while (true)
        {
            ConsumerHeartbeatReply? reply = await AskAsync().ConfigureAwait(false);
            switch (reply?.Error)
            {
                case ErrorCode.None:
                    Take(reply);
                    return true;
                case ErrorCode.FencedMemberEpoch or ErrorCode.UnknownMemberId:
                    ClientLog.MemberForgotten(logger, GroupId, reply.Message);
                    return false;
                case null or ErrorCode.UnreleasedInstanceId:
                    break;
                case { } error when !error.IsRetriable():
                    throw new StreamCoordException(error, $"The consumer cannot be a member of group '{GroupId}'. {reply.Message}");
            }
            _tellsAll = true;
            await backoff.WaitAsync(calls.Time, stop).ConfigureAwait(false);
        }
    }

    // Not given up when the consumer is closed: its answer may have the epoch without which nothing can be committed any more.
    private async ValueTask<ConsumerHeartbeatReply?> AskAsync()
    {
        try
        {
            return await calls.AttemptAsync(Group.ConsumerHeartbeat(Request()), 0, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception failure) when (GrainFailures.IsTransient(failure))
        {
            ClientLog.HeartbeatFailed(logger, GroupId, failure.Message);
            return null;
        }
    }

    private ConsumerHeartbeatRequest Request()
    {
        bool isJoining = _epoch == GroupEpoch.Joining;
        bool tellsAll = isJoining || _tellsAll;
        return new ConsumerHeartbeatRequest
        {
            MemberId = _memberId,
            Epoch = _epoch,
            InstanceId = options.InstanceId,
            RebalanceTimeoutMs = tellsAll ? options.RebalanceTimeoutMs : -1,
            TopicNames = tellsAll ? options.Topics : null,
            TopicPattern = tellsAll ? options.TopicPattern : null,
            Assignor = tellsAll ? options.Assignor : null,
            Owned = isJoining ? [] : tellsAll ? names.ToIds(Owned()) : null,
            ClientId = "streamcoord-client",
            ClientHost = "/orleans",
            RequiresMemberId = true,
        };
    }

    private void Take(ConsumerHeartbeatReply reply)
    {
        (_epoch, _intervalMs, _tellsAll) = (reply.Epoch, Math.Max(1, reply.HeartbeatIntervalMs), false);
        _target = reply.Assignment ?? _target;
        offsets.Member = new ConsumerGroupMetadata(GroupId, _memberId, _epoch.Value, options.InstanceId);
    }

    /// <summary>Gives back and takes what the group has assigned.</summary>
    private async Task MoveAsync(IReadOnlyList<TopicPartitions> target, CancellationToken stop)
    {
        IReadOnlyList<TopicPartition> wanted = await names.FindAsync(GroupId, target, stop).ConfigureAwait(false);
        TopicPartition[] revoked = [.. Owned().Except(wanted)];
        if (revoked.Length > 0)
        {
            await GiveBackAsync(revoked, TimeSpan.FromMilliseconds(options.RebalanceTimeoutMs / 2), stop).ConfigureAwait(false);
        }
        TopicPartition[] added = [.. wanted.Except(Owned())];
        if (added.Length > 0)
        {
            await BeginAsync(added, stop).ConfigureAwait(false);
        }
        ClientLog.Assigned(logger, GroupId, _epoch.Value, wanted.Count);
    }

    private async Task GiveBackAsync(IReadOnlyList<TopicPartition> revoked, TimeSpan patience, CancellationToken stop)
    {
        IReadOnlyList<PartitionCursor> left = await cursors.RemoveAsync(revoked, patience, calls.Time, stop).ConfigureAwait(false);
        if (options.Revoking is { } revoking && revoked.Count > 0)
        {
            await revoking(revoked, stop).ConfigureAwait(false);
        }
        if (options.CommitsItself)
        {
            await TryCommitAsync(left).ConfigureAwait(false);
        }
        lock (_owned)
        {
            _owned.ExceptWith(revoked);
        }
    }

    private async Task BeginAsync(IReadOnlyList<TopicPartition> added, CancellationToken stop)
    {
        IReadOnlyList<FetchedOffset> committed = await offsets.FetchAsync(added, stop).ConfigureAwait(false);
        if (options.Assigned is { } assigned)
        {
            await assigned(added, stop).ConfigureAwait(false);
        }
        lock (_owned)
        {
            stop.ThrowIfCancellationRequested();
            _owned.UnionWith(added);
            cursors.Add([.. committed.Select(offset => (offset.Partition, offset.Offset))]);
        }
    }

    // Also while the consumer is being closed: what is left here, nobody else would commit.
    private async Task TryCommitAsync(IReadOnlyList<PartitionCursor> left)
    {
        try
        {
            await offsets.CommitAsync(() => ConsumerCursors.Processed(left), CancellationToken.None).ConfigureAwait(false);
        }
        catch (StreamCoordException refusal)
        {
            // Whoever gets the partitions reads those records again.
            ClientLog.CommitFailed(logger, GroupId, refusal.Message);
        }
    }

    private void LoseAll()
    {
        TopicPartition[] lost = [.. Owned()];
        lock (_owned)
        {
            _owned.Clear();
        }
        (_epoch, _target, _tellsAll) = (GroupEpoch.Joining, null, true);
        cursors.Lose(lost);
        if (lost.Length > 0)
        {
            options.Lost?.Invoke(lost);
        }
    }

    private IReadOnlyList<TopicPartition> Owned()
    {
        lock (_owned)
        {
            return [.. _owned];
        }
    }
}
