using StreamCoord.Partitions;

namespace StreamCoord.Client;

/// <summary>How a <see cref="Consumer"/> works. Looked at once, when the consumer is made.</summary>
public sealed class ConsumerOptions
{
    /// <summary>The group that shares the partitions, and keeps the offsets; null for a consumer that reads what it is told to and commits nothing.</summary>
    public string? GroupId { get; set; }

    /// <summary>The name that the member keeps over restarts, or null: when it comes back under it in time it gets the same partitions, and the others notice nothing (KIP-345).</summary>
    public string? InstanceId { get; set; }

    /// <summary>The topics that the group's member reads, by name.</summary>
    public IReadOnlyList<string> Topics { get; set; } = [];

    /// <summary>A regular expression for further topics, which a whole name must match; null for none. Topics that are created later are read as well.</summary>
    public string? TopicPattern { get; set; }

    /// <summary>The partitions to read, instead of <see cref="Topics"/>: then nobody shares them. With a <see cref="GroupId"/> offsets are committed to it, which must have no members.</summary>
    public IReadOnlyList<TopicPartition> Partitions { get; set; } = [];

    /// <summary>How the service shares out partitions: <c>uniform</c> or <c>range</c>; null for its default.</summary>
    public string? Assignor { get; set; }

    /// <summary>Where to begin where nothing is committed. Default <see cref="OffsetReset.Latest"/>, as Kafka's consumers.</summary>
    public OffsetReset OffsetReset { get; set; } = OffsetReset.Latest;

    /// <summary>What is seen of transactions. Default <see cref="IsolationLevel.ReadUncommitted"/>, as Kafka's consumers.</summary>
    public IsolationLevel Isolation { get; set; } = IsolationLevel.ReadUncommitted;

    /// <summary>
    /// Whether what was processed is committed from time to time, before partitions are given back, and when the consumer is closed. A record is taken for processed when the next one is asked for. Default true; without a
    /// group it counts for nothing.
    /// </summary>
    public bool CommitsItself { get; set; } = true;

    /// <summary>How often, in milliseconds, 1 or more. Default 5 s, as Kafka's consumers.</summary>
    public int CommitIntervalMs { get; set; } = 5_000;

    /// <summary>
    /// How long giving partitions back may take, in milliseconds, 1 or more: the time that the processing of one record, or of one batch, may take before another member gets its partition. Default 5 min, as Kafka's
    /// <c>max.poll.interval.ms</c>.
    /// </summary>
    public int RebalanceTimeoutMs { get; set; } = 300_000;

    /// <summary>How much is read of a partition at once, in bytes, 1 to 16 MiB; a larger batch comes whole. Default 1 MiB, as Kafka's consumers.</summary>
    public int FetchBytes { get; set; } = 1024 * 1024;

    /// <summary>How much is read ahead of the caller, in bytes, at least <see cref="FetchBytes"/>; it is passed by at most one <see cref="FetchBytes"/> a partition. Default 32 MiB.</summary>
    public long PrefetchBytes { get; set; } = 32 * 1024 * 1024;

    /// <summary>How long a call waits at the end of a partition for the next record, in milliseconds, 1 to <see cref="FetchRequest.MaxWaitMsLimit"/>. Records come at once whatever it is. Default 1 s: a call that nobody waits for any more is
    /// still there so long, and a silo that stops waits for it.</summary>
    public int FetchWaitMs { get; set; } = 1_000;

    /// <summary>Called before partitions are given back, when no record of them is in the caller's hands any more; what is committed in it, others go on from.</summary>
    public Func<IReadOnlyList<TopicPartition>, CancellationToken, ValueTask>? Revoking { get; set; }

    /// <summary>Called when partitions have come, before the first record of them.</summary>
    public Func<IReadOnlyList<TopicPartition>, CancellationToken, ValueTask>? Assigned { get; set; }

    /// <summary>Called when partitions were lost: others may read them already.</summary>
    public Action<IReadOnlyList<TopicPartition>>? Lost { get; set; }

    internal bool IsMember => Partitions.Count == 0;

    /// <summary>Null for options that a consumer can work with, else a sentence that names what is wrong and what it takes.</summary>
    internal string? Check() =>
        GroupId is { Length: 0 } ? $"{nameof(GroupId)} is empty. Name the group, or leave it null to read without one."
        : InstanceId is { Length: 0 } ? $"{nameof(InstanceId)} is empty. Leave it null, or give the member a name that no other has."
        : Partitions.Count > 0 && (Topics.Count > 0 || TopicPattern is not null) ? $"{nameof(Partitions)} and {nameof(Topics)} are both given. Either the group shares out the partitions of topics, or the partitions are named."
        : Partitions.Count == 0 && Topics.Count == 0 && string.IsNullOrEmpty(TopicPattern) ? $"There is nothing to read. Give {nameof(Topics)} or {nameof(TopicPattern)} with a {nameof(GroupId)}, or {nameof(Partitions)}."
        : Partitions.Count == 0 && GroupId is null ? $"{nameof(Topics)} are shared out in a group: name the {nameof(GroupId)}, or give {nameof(Partitions)} to read without one."
        : Topics.Select(TopicName.Check).FirstOrDefault(problem => problem is not null) is { } topicProblem ? $"{nameof(Topics)}: {topicProblem}"
        : Partitions.FirstOrDefault(one => TopicName.Check(one.Topic) is not null || one.Partition < 0) is { Topic: not null } wrong ? $"{nameof(Partitions)}: there is no partition {wrong}."
        : Partitions.Distinct().Count() < Partitions.Count ? $"{nameof(Partitions)} names a partition twice."
        : !Enum.IsDefined(OffsetReset) || !Enum.IsDefined(Isolation) ? $"{nameof(OffsetReset)} or {nameof(Isolation)} is a value that does not exist."
        : CheckRange(nameof(CommitIntervalMs), CommitIntervalMs, 1, int.MaxValue)
        ?? CheckRange(nameof(RebalanceTimeoutMs), RebalanceTimeoutMs, 1, int.MaxValue)
        ?? CheckRange(nameof(FetchBytes), FetchBytes, 1, 16 * 1024 * 1024)
        ?? CheckRange(nameof(PrefetchBytes), PrefetchBytes, FetchBytes, long.MaxValue)
        ?? CheckRange(nameof(FetchWaitMs), FetchWaitMs, 1, FetchRequest.MaxWaitMsLimit);

    private static string? CheckRange(string name, long value, long min, long max) =>
        value >= min && value <= max ? null : $"{name} is {value}. It takes {min} to {max}.";
}
