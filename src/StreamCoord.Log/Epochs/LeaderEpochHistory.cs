namespace StreamCoord.Log.Epochs;

/// <summary>The first offset written in an epoch.</summary>
/// <param name="Epoch">The leader's epoch.</param>
/// <param name="StartOffset">Where it begins.</param>
public readonly record struct EpochStart(LeaderEpoch Epoch, Offset StartOffset);

/// <summary>
/// Which leader epoch wrote which offsets (KIP-101). Epochs and start offsets both strictly increase. Not safe for
/// concurrent use; readers take <see cref="Entries"/>, which is never changed in place.
/// </summary>
public sealed class LeaderEpochHistory
{
    private volatile EpochStart[] _entries = [];

    /// <summary>The epochs, oldest first.</summary>
    public IReadOnlyList<EpochStart> Entries => _entries;

    /// <summary>The same, never changed in place.</summary>
    internal EpochStart[] Snapshot => _entries;

    /// <summary>The newest epoch, or <see cref="LeaderEpoch.Unknown"/>.</summary>
    public LeaderEpoch Latest => _entries.Length == 0 ? LeaderEpoch.Unknown : _entries[^1].Epoch;

    /// <summary>Takes note that a batch of <paramref name="epoch"/> begins at <paramref name="offset"/>; the same epoch again has no effect.</summary>
    public void Append(LeaderEpoch epoch, Offset offset)
    {
        if (epoch <= Latest)
        {
            return;
        }
        Invariant.Holds(_entries.Length == 0 || offset >= _entries[^1].StartOffset);
        // An epoch that wrote nothing leaves no entry.
        EpochStart[] kept = _entries.Length > 0 && _entries[^1].StartOffset == offset ? _entries[..^1] : _entries;
        _entries = [.. kept, new EpochStart(epoch, offset)];
    }

    /// <summary>
    /// Takes note of a batch that is found on the disk behind all others. A batch's CRC does not cover its epoch, but epochs only rise: one that has fallen tells of damage. Returns the base offset of the batch that must be
    /// damaged; null when this one fits.
    /// </summary>
    /// <param name="epoch">The epoch that the batch names.</param>
    /// <param name="offset">Its base offset.</param>
    /// <param name="previous">The base offset of the batch in front of it; <see cref="Offset.None"/> when that is not known.</param>
    public Offset? Recover(LeaderEpoch epoch, Offset offset, Offset previous)
    {
        if (epoch >= Latest)
        {
            Append(epoch, offset);
            return null;
        }
        bool standsAlone = _entries.Length > 0 && _entries[^1].StartOffset == previous && epoch > LeaderEpoch.Unknown && (_entries.Length == 1 || epoch >= _entries[^2].Epoch);
        if (!standsAlone)
        {
            return offset;
        }
        // The batch in front alone claims the newer epoch: what it says is wrong, and not what this one does.
        _entries = _entries[..^1];
        Append(epoch, previous);
        return previous;
    }

    /// <summary>Forgets what begins at or after <paramref name="end"/>: the log was cut there.</summary>
    public void TruncateTo(Offset end) => _entries = [.. _entries.Where(entry => entry.StartOffset < end)];

    /// <summary>Forgets epochs that lie wholly below <paramref name="start"/>; the one that holds it begins there now.</summary>
    public void ForgetBelow(Offset start)
    {
        int holding = Array.FindLastIndex(_entries, entry => entry.StartOffset <= start);
        if (holding >= 0)
        {
            _entries = [new EpochStart(_entries[holding].Epoch, start), .. _entries[(holding + 1)..]];
        }
    }

    /// <summary>The epoch that wrote <paramref name="offset"/>, or <see cref="LeaderEpoch.Unknown"/>. May be called beside the one who changes it.</summary>
    public LeaderEpoch EpochOf(Offset offset)
    {
        EpochStart[] entries = _entries;
        for (int i = entries.Length - 1; i >= 0; i--)
        {
            if (entries[i].StartOffset <= offset)
            {
                return entries[i].Epoch;
            }
        }
        return LeaderEpoch.Unknown;
    }

    /// <summary>
    /// False when a batch that begins at <paramref name="offset"/> was certainly not written in <paramref name="epoch"/>. A batch's CRC does not cover its epoch, so this is how damage of it is seen. May be called
    /// beside the one who changes it.
    /// </summary>
    public bool Allows(LeaderEpoch epoch, Offset offset) => EpochOf(offset) is var known && (known == epoch || known == LeaderEpoch.Unknown);

    /// <summary>
    /// The end of <paramref name="epoch"/>, or of the newest one before it: Kafka's OffsetForLeaderEpoch. Unknown and
    /// <see cref="Offset.None"/> for an epoch newer than any here. May be called beside the one who changes it.
    /// </summary>
    /// <param name="epoch">The epoch asked for.</param>
    /// <param name="logEnd">The log's end offset, read before this is called: the end of the newest epoch.</param>
    /// <param name="serving">The leader's epoch, which may have written nothing yet, or <see cref="LeaderEpoch.Unknown"/>.</param>
    public EpochStart EndOf(LeaderEpoch epoch, Offset logEnd, LeaderEpoch serving)
    {
        EpochStart[] entries = _entries;
        LeaderEpoch latest = entries.Length == 0 ? LeaderEpoch.Unknown : entries[^1].Epoch;
        if (serving > latest)
        {
            entries = [.. entries, new EpochStart(serving, logEnd)];
            latest = serving;
        }
        if (epoch > latest || epoch == LeaderEpoch.Unknown)
        {
            return new EpochStart(LeaderEpoch.Unknown, Offset.None);
        }
        int next = Array.FindIndex(entries, entry => entry.Epoch > epoch);
        Offset end = next < 0 ? logEnd : entries[next].StartOffset;
        return next == 0 ? new EpochStart(epoch, end) : new EpochStart(entries[(next < 0 ? entries.Length : next) - 1].Epoch, end);
    }

    /// <summary>Replaces everything.</summary>
    internal void Restore(IEnumerable<EpochStart> entries) => _entries = [.. entries];
}
