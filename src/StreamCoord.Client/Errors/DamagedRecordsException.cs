namespace StreamCoord.Client;

/// <summary>A range of a partition's records is damaged on the disk. Seek to <see cref="SkipTo"/> to go on behind it.</summary>
public sealed class DamagedRecordsException : StreamCoordException
{
    internal DamagedRecordsException(TopicPartition partition, Offset offset, Offset skipTo, string? message)
        : base(ErrorCode.CorruptMessage, $"{partition} cannot be read at offset {offset}. {message} Seek to offset {skipTo} to go on behind the damage.") => (Partition, SkipTo) = (partition, skipTo);

    /// <summary>The partition.</summary>
    public TopicPartition Partition { get; }

    /// <summary>The first offset that can be read again; <see cref="Offset.None"/> when that is not known.</summary>
    public Offset SkipTo { get; }
}
