namespace StreamCoord.Groups.Offsets;

/// <summary>What may be committed for one partition. Pure.</summary>
public static class CommitRules
{
    /// <summary><see cref="ErrorCode.None"/> when the offset may be committed.</summary>
    public static ErrorCode Check(OffsetToCommit commit, GroupOptions options)
    {
        if (TopicName.Check(commit.Partition.Topic) is not null || commit.Partition.Partition < 0)
        {
            return ErrorCode.UnknownTopicOrPartition;
        }
        return commit.Metadata?.Length > options.OffsetMetadataMax ? ErrorCode.OffsetMetadataTooLarge : ErrorCode.None;
    }

    /// <summary>What is kept of a commit.</summary>
    public static CommittedOffset Accept(OffsetToCommit commit, long retentionMs, long nowMs) =>
        new(commit.Offset, commit.LeaderEpoch, commit.Metadata ?? "", nowMs, retentionMs < 0 ? null : nowMs + retentionMs);
}
