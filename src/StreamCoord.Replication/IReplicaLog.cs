namespace StreamCoord.Replication;

/// <summary>What the rules of replication must know of a log. Read by the one who calls them, between two changes of the log.</summary>
/// <remarks>Always <see cref="StartOffset"/> &lt;= <see cref="FlushedOffset"/> &lt;= <see cref="EndOffset"/>.</remarks>
public interface IReplicaLog
{
    /// <summary>Where the first batch that is kept begins. Everything below was committed.</summary>
    Offset StartOffset { get; }

    /// <summary>The offset behind the last batch.</summary>
    Offset EndOffset { get; }

    /// <summary>Everything below survives a power failure.</summary>
    Offset FlushedOffset { get; }

    /// <summary>The term in which the record before an offset was written; <see cref="LeaderEpoch.Unknown"/> where the log begins.</summary>
    LeaderEpoch EpochBefore(Offset offset);

    /// <summary>Where the newest term that is not newer than <paramref name="epoch"/> ends; <see cref="StartOffset"/> when there is none.</summary>
    Offset EndOf(LeaderEpoch epoch);
}
