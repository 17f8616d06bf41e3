namespace StreamCoord.Log.Epochs;

/// <summary>Which leader epoch wrote which offsets of a log, as it was at one moment. Immutable: replicas compare their logs by it.</summary>
/// <param name="Entries">The epochs, oldest first; never changed.</param>
/// <param name="Start">Where the log begins.</param>
/// <param name="End">Where it ends.</param>
internal readonly record struct EpochRanges(EpochStart[] Entries, Offset Start, Offset End)
{
    /// <summary>The epoch of the record before an offset; <see cref="LeaderEpoch.Unknown"/> where the log begins, and before that.</summary>
    public LeaderEpoch Before(Offset offset)
    {
        if (offset <= Start)
        {
            return LeaderEpoch.Unknown;
        }
        int index = Array.FindLastIndex(Entries, entry => entry.StartOffset < offset);
        return index < 0 ? LeaderEpoch.Unknown : Entries[index].Epoch;
    }

    /// <summary>Where the newest epoch ends that is not newer than <paramref name="epoch"/>; the log's start when there is none.</summary>
    public Offset EndOf(LeaderEpoch epoch)
    {
        int index = Array.FindLastIndex(Entries, entry => entry.Epoch <= epoch);
        return index < 0 ? Start : index == Entries.Length - 1 ? End : Offset.Max(Start, Entries[index + 1].StartOffset);
    }
}
