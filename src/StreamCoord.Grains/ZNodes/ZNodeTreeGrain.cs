using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using StreamCoord.Grains.Cluster;
using StreamCoord.Partitions;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.ZNodes;

/// <summary>
/// The sequencer's shell: begins a term when there is none and passes calls on to it. It decides nothing about znodes.
/// </summary>
/// <remarks>
/// It is on the node that leads the tree's log, and a term begins nowhere else. Reentrant, so that writes are decided on while others are on their way to the disk. Interleaved calls share <c>_term</c> and <c>_beginning</c>, which change
/// between awaits only. A second activation, which Orleans does not rule out, can do no harm: its term has another epoch, and the log takes only the newest.
/// </remarks>
[Reentrant, NodePlacement]
internal sealed partial class ZNodeTreeGrain(
    TreeFeed feed, ZNodeOptions options, TreeMetrics metrics, TimeProvider time, ILogger<ZNodeTreeGrain> logger) : Grain, IZNodeTreeGrain
{
    private const int ReapedMax = 10_000;

    private SequencerTerm? _term;
    private Task<SequencerTerm>? _beginning;

    private IPartitionGrain Partition => GrainFactory.GetGrain<IPartitionGrain>(new TopicPartition(IZNodeTreeGrain.TreeName, 0).ToString());

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        DelayDeactivation(Timeout.InfiniteTimeSpan);
        AddTimer(ExpireAsync, options.TickTimeMs / 2);
        AddTimer(ReapAsync, options.ContainerCheckMs);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _term?.Dispose();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<LeaderEpoch> GetTerm() => (await EnsureTermAsync()).Epoch;

    /// <inheritdoc/>
    public Task<WriteBatchReply> Submit(WriteBatch batch)
    {
        return _term is { HasEnded: false } term ? term.SubmitAsync(batch) : SubmitToNextAsync(batch);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// What is decided on is waited for, as in ZooKeeper: the silos apply a transaction as soon as it is in the log, which may be before this grain hears of it, so somebody may have read it already.
    /// </remarks>
    public async Task<Zxid> Sync()
    {
        while (true)
        {
            SequencerTerm term = await EnsureTermAsync();
            Task<bool> committed = term.CommitAsync();
            PartitionDescription log = await Partition.Describe();
            if (log.LeaderEpoch != term.Epoch)
            {
                term.Dispose();
            }
            else if (await committed)
            {
                return term.CommittedZxid;
            }
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<SessionId>> Touch(IReadOnlyList<SessionId> sessions) => (await EnsureTermAsync()).Touch(sessions);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<SessionExpiry>> ListExpiries() => (await EnsureTermAsync()).ListExpiries();

    /// <inheritdoc/>
    public async Task<ZNodeReply> ResumeSession(SessionId session, ReadOnlyMemory<byte> password, int? timeoutMs) => (await EnsureTermAsync()).Resume(session, password.Span, timeoutMs);

    private async Task<WriteBatchReply> SubmitToNextAsync(WriteBatch batch) => await (await EnsureTermAsync()).SubmitAsync(batch);

    private async Task<SequencerTerm> EnsureTermAsync()
    {
        if (_term is { HasEnded: false } term)
        {
            return term;
        }
        Task<SequencerTerm> beginning = _beginning ??= BeginTermAsync();
        try
        {
            return await beginning;
        }
        finally
        {
            if (ReferenceEquals(_beginning, beginning))
            {
                _beginning = null;
            }
        }
    }

    private async Task<SequencerTerm> BeginTermAsync()
    {
        _term?.Dispose();
        TermReply granted = await Partition.BeginTerm();
        if (granted.Error != ErrorCode.None)
        {
            throw new CoordinationUnavailableException($"The log of the znode tree takes no writes: {granted.Message}");
        }
        await feed.Loaded;
        await feed.WaitOffsetAsync(granted.EndOffset);
        var context = new TermContext(Partition, options, time, metrics, logger, _term?.Sessions);
        _term = await SequencerTerm.BeginAsync(context, granted.Epoch, feed)
            ?? throw new CoordinationUnavailableException("The log of the znode tree went to another term before this one could begin. Send it again.");
        LogBegun(logger, granted.Epoch);
        return _term;
    }

    private async Task ExpireAsync()
    {
        SequencerTerm term = await EnsureTermAsync();
        await term.ExpireAsync();
    }

    private async Task ReapAsync()
    {
        IReadOnlyList<string> due;
        lock (feed.Tree.Gate)
        {
            due = feed.Tree.FindReapable(time.GetUtcNow().ToUnixTimeMilliseconds(), ReapedMax);
        }
        if (due.Count > 0)
        {
            SequencerTerm term = await EnsureTermAsync();
            await term.ReapAsync(due);
        }
    }

    private void AddTimer(Func<Task> action, int periodMs)
    {
        TimeSpan period = TimeSpan.FromMilliseconds(periodMs);
        this.RegisterGrainTimer(_ => RunTimerAsync(action), new GrainTimerCreationOptions(period, period) { Interleave = true });
    }

    private static async Task RunTimerAsync(Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (Exception exception) when (exception is CoordinationUnavailableException or OperationCanceledException)
        {
            // The next tick tries again; what is wrong with the log was reported where it failed.
        }
    }

    [LoggerMessage(2421, LogLevel.Information, "Term {Epoch} of the sequencer begins.")]
    private static partial void LogBegun(ILogger logger, LeaderEpoch epoch);
}
