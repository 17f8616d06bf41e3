using StreamCoord.Log.Epochs;
using StreamCoord.Log.Producers;

namespace StreamCoord.Log;

/// <summary>Where a log begins and ends for whom: what readers and replicas see of it while its writer goes on, and while it is closed.</summary>
/// <remarks>
/// Safe for concurrent use: the writer shows what the log holds, anybody says how far that is committed. Its lock is never held over work of the disk. Always <see cref="Start"/> &lt;=
/// <see cref="HighWatermark"/> &lt;= <see cref="End"/>, <see cref="Flushed"/> &lt;= <see cref="End"/> and <see cref="LastStable"/> &lt;= <see cref="HighWatermark"/>.
/// </remarks>
internal sealed class LogPositions
{
    /// <summary>A <see cref="CommitLimit"/> that limits nothing.</summary>
    public static readonly Offset NoLimit = new(long.MaxValue);

    private readonly HighWatermarkWaiters _waiters = new();
    private readonly Lock _gate = new();
    private UndecidedTransactions? _undecided;
    private EpochStart[] _epochs = [];
    private Offset _visible;
    private Offset _uncertainEnd = Offset.None;
    private long _start;
    private long _highWatermark;
    private long _lastStable;
    private long _flushed;
    private long _end;
    private long _commitLimit = NoLimit.Value;

    /// <summary>The first offset that may be read.</summary>
    public Offset Start => new(Interlocked.Read(ref _start));

    /// <summary>The end of what may be read.</summary>
    public Offset HighWatermark => new(Interlocked.Read(ref _highWatermark));

    /// <summary>The end of what is decided.</summary>
    public Offset LastStable => new(Interlocked.Read(ref _lastStable));

    /// <summary>The end of what is durable.</summary>
    public Offset Flushed => new(Interlocked.Read(ref _flushed));

    /// <summary>The offset that the next record gets.</summary>
    public Offset End => new(Interlocked.Read(ref _end));

    /// <summary>Nothing at or above is committed.</summary>
    public Offset CommitLimit => new(Interlocked.Read(ref _commitLimit));

    /// <summary>True when the log commits by itself what it has.</summary>
    public bool CommitsAlone => CommitLimit == NoLimit;

    /// <summary>Which epoch wrote what.</summary>
    public EpochRanges Epochs
    {
        get
        {
            lock (_gate)
            {
                return new EpochRanges(_epochs, Start, End);
            }
        }
    }

    /// <summary>Ends at the next rise of the high watermark or the last stable offset.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => _waiters.WaitAsync(cancellationToken);

    /// <summary>Lets everybody look again.</summary>
    public void Wake() => _waiters.Wake();

    /// <summary>
    /// The log was read from its files for the first time. What it holds is committed, unless somebody else decides about that: then nothing is known, and of the transactions in it
    /// nothing is decided before all of it is committed, because markers below a snapshot are not read again.
    /// </summary>
    public void Recovered(OpenLog log)
    {
        lock (_gate)
        {
            Offset committed = Offset.Max(log.StartOffset, Offset.Min(log.EndOffset, CommitLimit));
            Interlocked.Exchange(ref _highWatermark, committed.Value);
            _uncertainEnd = committed < log.EndOffset ? log.EndOffset : Offset.None;
        }
    }

    /// <summary>The log is cut. Returns whether the end or the flushed end have moved.</summary>
    public bool LowerTo(Offset end)
    {
        lock (_gate)
        {
            bool isMoved = end < End || end < Flushed;
            _visible = Offset.Min(_visible, end);
            _uncertainEnd = Offset.Min(_uncertainEnd, end);
            _epochs = [.. _epochs.Where(entry => entry.StartOffset < end)];
            Interlocked.Exchange(ref _lastStable, Math.Min(_lastStable, end.Value));
            Interlocked.Exchange(ref _highWatermark, Math.Min(_highWatermark, end.Value));
            Interlocked.Exchange(ref _flushed, Math.Min(_flushed, end.Value));
            Interlocked.Exchange(ref _end, Math.Min(_end, end.Value));
            return isMoved;
        }
    }

    /// <summary>Shows what the log holds now.</summary>
    /// <param name="log">The log.</param>
    /// <param name="isFlushedOnly">Whether readers see only what is durable.</param>
    /// <returns>Whether the end or the flushed end have moved.</returns>
    public bool Show(OpenLog log, bool isFlushedOnly)
    {
        bool isMoved;
        bool isRaised;
        lock (_gate)
        {
            isMoved = log.EndOffset != End || log.FlushedOffset != Flushed;
            Interlocked.Exchange(ref _start, log.StartOffset.Value);
            Interlocked.Exchange(ref _end, log.EndOffset.Value);
            Interlocked.Exchange(ref _flushed, log.FlushedOffset.Value);
            _epochs = log.Epochs.Snapshot;
            _visible = isFlushedOnly ? log.FlushedOffset : log.EndOffset;
            if (_undecided != log.Producers.Undecided)
            {
                log.Producers.Undecided.Inherit(_undecided, log.EndOffset);
                _undecided = log.Producers.Undecided;
            }
            isRaised = Advance();
        }
        if (isRaised)
        {
            _waiters.Wake();
        }
        return isMoved;
    }

    /// <summary>Somebody has decided how far the log is committed.</summary>
    public void LimitTo(Offset commitLimit)
    {
        bool isRaised;
        lock (_gate)
        {
            Interlocked.Exchange(ref _commitLimit, commitLimit.Value);
            isRaised = Advance();
        }
        if (isRaised)
        {
            _waiters.Wake();
        }
    }

    // True when readers can see more than before. What lies below the start was committed, whoever says what about the rest.
    private bool Advance()
    {
        if (_undecided is null)
        {
            return false;
        }
        Offset committed = Offset.Max(Start, Offset.Min(_visible, CommitLimit));
        bool isRaised = committed > HighWatermark;
        if (isRaised)
        {
            Interlocked.Exchange(ref _highWatermark, committed.Value);
        }
        Offset stable = FindStable();
        isRaised |= stable > LastStable;
        Interlocked.Exchange(ref _lastStable, stable.Value);
        return isRaised;
    }

    private Offset FindStable()
    {
        Offset committed = HighWatermark;
        Offset begin = Offset.Min(Start, committed);
        _undecided!.ForgetBelow(committed);
        return committed < _uncertainEnd ? begin : Offset.Max(Offset.Min(committed, _undecided.First ?? committed), begin);
    }
}
