using Microsoft.Extensions.Logging;
using StreamCoord.Grains.Leadership;
using StreamCoord.Log;
using StreamCoord.Replication;

namespace StreamCoord.Grains.Replicas;

/// <summary>What is wrong with the disk below a copy that others have too, and what is done about it. A leader whose disk takes no writes, or has lost some, gives its leadership away; a follower gets from its leader what is damaged.</summary>
internal sealed partial class Impairment(PartitionLog log, ReplicaContext context)
{
    /// <summary>A leadership that nobody can take is not offered more often: appends wait meanwhile.</summary>
    private const long OfferIntervalMs = 5_000;

    private static readonly TimeSpan HoldTime = TimeSpan.FromMilliseconds(OfferIntervalMs);

    /// <summary>A leader sends again what could not be written several times a second.</summary>
    private const long PushLogIntervalMs = 10_000;

    private long _offeredMs = long.MinValue;
    private long _pushLoggedMs = long.MinValue;

    /// <summary>True when the copy, which leads, should have another lead now. For one caller at a time.</summary>
    public bool IsMoveDue()
    {
        long nowMs = context.Clock.NowMs;
        if ((!log.IsDiskFailing && log.DamagedFrom is null) || (_offeredMs != long.MinValue && nowMs - _offeredMs < OfferIntervalMs))
        {
            return false;
        }
        _offeredMs = nowMs;
        return true;
    }

    /// <summary>
    /// True when a leader takes no more appends for the moment: its disk has just refused one, and another can lead. An idempotent producer must not hear that the batch behind a refused one is out of order: it would begin
    /// anew, and send again also what was not refused, in a way that cannot be recognised.
    /// </summary>
    public bool IsHolding(InSyncSet inSync) => inSync.Members.Count > 1 && log.SinceDiskFailure < HoldTime;

    /// <summary>
    /// The answer of a damaged copy that is in sync, instead of doing what a push asks for; null for any other. It claims to have nothing from the damage on, so its leader takes it out of the in-sync set.
    /// </summary>
    public PushReply? Answer(LeadershipRow row, Push push) => log.DamagedFrom is { } from && row.InSync.Contains(context.Self)
        ? new PushReply(PushOutcome.Accepted, context.Self, push.Epoch, push.Number, push.SentAtMs, Offset.None, from, Offset.None, LeaderEpoch.Unknown)
        : null;

    /// <summary>
    /// Cuts a damaged copy back to what is sound when a leader is there to send the rest again, and nobody counts on it any more: a copy that is in sync may be the last one, and then what lies behind the damage is all there is.
    /// </summary>
    public async Task HealAsync(LeadershipRow row, Push push)
    {
        if (log.DamagedFrom is { } from && push.Epoch >= row.LeaderEpoch && !row.InSync.Contains(context.Self))
        {
            LogHeals(context.Logger, row.TopicId, row.Partition, from, log.EndOffset);
            await log.TruncateAsync(from);
        }
    }

    /// <summary>A push could not be carried out, and is answered by nothing. For one caller at a time.</summary>
    public void PushFailed(LeadershipRow row, Exception failure)
    {
        long nowMs = context.Clock.NowMs;
        if (_pushLoggedMs == long.MinValue || nowMs - _pushLoggedMs >= PushLogIntervalMs)
        {
            _pushLoggedMs = nowMs;
            LogPushFailed(context.Logger, row.TopicId, row.Partition, failure.Message);
        }
    }

    [LoggerMessage(2823, LogLevel.Warning, "What the leader of partition {Partition} of topic {TopicId} has sent could not be written; it will send it again: {Reason}")]
    private static partial void LogPushFailed(ILogger logger, TopicId topicId, int partition, string reason);

    [LoggerMessage(2827, LogLevel.Warning, "The copy of partition {Partition} of topic {TopicId} is damaged at offset {From}: it is cut there, and its leader sends again what it had up to {End}.")]
    private static partial void LogHeals(ILogger logger, TopicId topicId, int partition, Offset from, Offset end);
}
