using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Leading;
using StreamCoord.Partitions;
using StreamCoord.Security;
using StreamCoord.ZNodes;
using FetchRequest = StreamCoord.Protocol.Kafka.Messages.FetchRequest;

namespace StreamCoord.Gateway.Kafka.Fetching;

/// <summary>Reads the partitions of a fetch until there is enough, or the client has waited long enough; without polling. Safe for concurrent use.</summary>
internal sealed class FetchReader(
    ILocalPartitions locals, ILocalFollowers followers, PartitionLeaders leaders, PreferredReplicas preferred, KafkaGatewayOptions options, ZNodeOptions znodes, TimeProvider time)
{
    /// <summary>The last pass over the partitions. The caller disposes it, or hands on what it owns.</summary>
    /// <param name="request">What is wanted.</param>
    /// <param name="targets">Of which partitions.</param>
    /// <param name="client">For whom.</param>
    /// <param name="stopping">Ends the wait with what there is.</param>
    public async Task<FetchRound> ReadAsync(FetchRequest request, IReadOnlyList<FetchTarget> targets, FetchClient client, CancellationToken stopping)
    {
        long started = time.GetTimestamp();
        while (true)
        {
            FetchRound round = await ReadOnceAsync(request, targets, client);
            TimeSpan left = TimeSpan.FromMilliseconds(Math.Max(request.MaxWaitMs, 0)) - time.GetElapsedTime(started);
            if (round.SizeBytes >= request.MinBytes || round.IsUrgent || left <= TimeSpan.Zero || stopping.IsCancellationRequested)
            {
                return round;
            }
            round.Dispose();
            await WaitAsync(round, client, left, stopping);
        }
    }

    private async Task<FetchRound> ReadOnceAsync(FetchRequest request, IReadOnlyList<FetchTarget> targets, FetchClient client)
    {
        var round = new FetchRound(
            (int)Math.Min(Math.Min(request.MaxBytes, options.FetchBytesMax), client.BytesMax),
            request.IsolationLevel == 0 ? IsolationLevel.ReadUncommitted : IsolationLevel.ReadCommitted);
        try
        {
            foreach (FetchTarget target in targets)
            {
                ErrorCode refusal = await CheckAsync(target, client);
                if (refusal != ErrorCode.None)
                {
                    round.Take(target, Refuse(refusal));
                }
                else if (Refer(target, client) is var (node, range))
                {
                    round.Refer(target, node, range);
                }
                else
                {
                    round.Take(target, await ReadAsync(target, round, client));
                }
            }
            return round;
        }
        catch
        {
            round.Dispose();
            throw;
        }
    }

    private ValueTask<ErrorCode> CheckAsync(FetchTarget target, FetchClient client)
    {
        if (target.Topic is not { } topic)
        {
            return new(ErrorCode.UnknownTopicId);
        }
        bool isHidden = topic == IZNodeTreeGrain.TreeName && !znodes.TopicReadable;
        return isHidden || !client.Access.AllowsTopic(AclOperation.Read, topic)
            ? new(ErrorCode.TopicAuthorizationFailed)
            : client.ReadsFollowers
                ? leaders.CheckAnyAsync(target.Partition, target.Wanted.CurrentLeaderEpoch)
                : leaders.CheckAsync(target.Partition, target.Wanted.CurrentLeaderEpoch);
    }

    private (NodeId Node, PartitionRange Range)? Refer(FetchTarget target, FetchClient client) =>
        client.Rack.Length > 0 && locals.TryGetRange(target.Partition) is { } range && range.LogStart.Value <= target.Wanted.FetchOffset
            && preferred.Find(target.Partition, client.Rack, new Offset(target.Wanted.FetchOffset)) is { } node ? (node, range) : null;

    private async Task<FetchReply> ReadAsync(FetchTarget target, FetchRound round, FetchClient client)
    {
        (TopicPartition partition, var from) = (target.Partition, new Offset(target.Wanted.FetchOffset));
        int maxBytes = round.Allow(target.Wanted.PartitionMaxBytes);
        // Where the response is full already, only the ends of the partition are told.
        if (maxBytes <= 0 && (locals.TryGetRange(partition) ?? FollowersFor(client)?.TryGetRange(partition)) is { } range && range.LogStart <= from && from <= range.HighWatermark)
        {
            return new FetchReply(ErrorCode.None, null, RecordData.Empty, range.HighWatermark, range.LogStart, Offset.None) { LastStableOffset = range.LastStable };
        }
        int bytes = Math.Max(maxBytes, 1);
        // It could be read here a moment ago.
        return await (locals.TryFetch(partition, from, bytes, round.Isolation)
            ?? FollowersFor(client)?.TryFetch(partition, from, bytes, round.Isolation)
            ?? Task.FromResult(Refuse(ErrorCode.NotLeaderOrFollower)));
    }

    private ILocalFollowers? FollowersFor(FetchClient client) => client.ReadsFollowers ? followers : null;

    private static FetchReply Refuse(ErrorCode error) => new(error, null, RecordData.Empty, Offset.None, Offset.None, Offset.None);

    private async Task WaitAsync(FetchRound round, FetchClient client, TimeSpan left, CancellationToken stopping)
    {
        using var timeout = new CancellationTokenSource(left, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stopping);
        List<Task> waits = [];
        foreach ((TopicPartition partition, Offset end) in round.Ends)
        {
            // What is not read here any more is found out at once.
            waits.Add(locals.TryWait(partition, end, round.Isolation, stop.Token) ?? FollowersFor(client)?.TryWait(partition, end, round.Isolation, stop.Token) ?? Task.CompletedTask);
        }
        if (waits.Count == 0)
        {
            waits.Add(Task.Delay(left, time, stop.Token));
        }
        await (await Task.WhenAny(waits)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await stop.CancelAsync();
    }
}
