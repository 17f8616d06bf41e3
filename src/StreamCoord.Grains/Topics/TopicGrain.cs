using System.Data.Common;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using StreamCoord.Grains.Brokers;
using StreamCoord.Grains.Leadership;
using StreamCoord.Partitions;
using StreamCoord.Replication;
using StreamCoord.Topics;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Topics;

/// <summary>
/// One topic. Owns the topic's znodes, but for the configuration that users may write too, and the topic's rows in the leadership table. Calls interleave so that
/// <see cref="Describe"/> is always answered at once, from memory; those that change something run one after another.
/// </summary>
/// <remarks>
/// Nothing spans the tree and the table, so each change has an order in which a stop at any point leaves something to finish. A creation makes the znodes, all at once, and then the
/// rows: with the znodes the topic exists, and activation makes the rows that lack. A deletion asks for itself in the tree, removes the partitions and the rows, and then the
/// znodes with the request, all at once: while the request is there the deletion is finished by the next change, by a timer of the next activation, and by the controller. A failed
/// write ends the activation, for what is in memory may then differ from the tree.
/// </remarks>
[Reentrant]
internal sealed partial class TopicGrain(
    TopicStore store,
    TopicPlaces places,
    ReplicaMoves moves,
    TopicOptions options,
    InternalTopics internalTopics,
    MetadataStart start,
    ILogger<TopicGrain> logger) : Grain, ITopicGrain, ITopicKeeperGrain
{
    /// <summary>How many partitions are called at a time.</summary>
    private const int PartitionCallsMax = 64;

    private const int ConfigureAttemptsMax = 10;

    private static readonly TimeSpan DeletionRetry = TimeSpan.FromSeconds(30);

    /// <summary>The topic as the tree has it, or null.</summary>
    private StoredTopic? _stored;

    /// <summary>The topic, or null when there is none or its creation or deletion is not finished.</summary>
    private TopicDescription? _topic;

    /// <summary>The write of a configuration that the partitions were told of last; they read it anew when they are activated.</summary>
    private Zxid _toldConfig;

    /// <summary>The illegal configuration that was reported last.</summary>
    private Zxid _reportedConfig;

    /// <summary>Ends when the newest change, and so every change before it, has ended.</summary>
    private Task _newestChange = Task.CompletedTask;

    /// <summary>True when a change has failed, and this activation ends.</summary>
    private bool _hasFailed;

    /// <summary>How many changes of its leadership <see cref="_topic"/> has seen.</summary>
    private long _seenChanges;

    private string Name => this.GetPrimaryKeyString();

    private bool IsBeingDeleted => _stored is { IsBeingDeleted: true };

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (TopicName.IsInternal(Name))
        {
            _topic = internalTopics.Describe(Name);
            return;
        }
        if (TopicName.Check(Name) is not null)
        {
            return;
        }
        await start.Done;
        if (places.LiveNodes.Count > 1)
        {
            // The activation before this one may have written through another silo.
            await store.SyncAsync();
        }
        _stored = await store.ReadAsync(Name);
        if (IsBeingDeleted)
        {
            this.RegisterGrainTimer(RetryDeletionAsync, new GrainTimerCreationOptions(TimeSpan.Zero, DeletionRetry) { Interleave = true });
        }
        else if (_stored is not null)
        {
            await AdoptConfigAsync();
            _topic = await SettleAsync();
        }
    }

    public Task<TopicReply> Describe()
    {
        if (_topic is not null)
        {
            return Task.FromResult(TopicReply.Done(Refresh(_topic)));
        }
        // The activation of a name that is no topic stays until it is collected as idle: ending it here would send the requests that
        // are on their way to it from one activation to the next, and a deleted topic that is made again would refuse them.
        return Task.FromResult(TopicName.Check(Name) is { } problem ? TopicReply.Refused(ErrorCode.InvalidTopicException, problem) : Unknown());
    }

    public Task<TopicReply> DescribeOrCreate()
    {
        if (_topic is not null || !options.AutoCreate)
        {
            return Describe();
        }
        var defaults = new CreateTopicRequest(null, null, new Dictionary<string, string>(), ValidateOnly: false);
        return ChangeAsync(async () => _topic is null ? await CreateAsync(defaults) : TopicReply.Done(_topic));
    }

    public Task<TopicReply> Create(CreateTopicRequest request)
    {
        return ChangeAsync(async () => _topic is null
            ? await CreateAsync(request)
            : TopicReply.Refused(ErrorCode.TopicAlreadyExists, $"Topic '{Name}' exists already."));
    }

    public Task<TopicReply> SetPartitionCount(int partitionCount, bool validateOnly, IReadOnlyList<IReadOnlyList<NodeId>>? assignments = null)
    {
        return ChangeExistingAsync(async topic =>
        {
            if ((TopicRules.CheckAtRest(Refresh(topic)) ?? TopicRules.CheckGrowth(topic.Partitions.Count, partitionCount) ?? CheckPlaces(topic, partitionCount, assignments)) is { } refusal)
            {
                return refusal;
            }
            IReadOnlyList<Assignment> all = Extend(topic, partitionCount, assignments);
            if (validateOnly)
            {
                return TopicReply.Done(Imagine(topic.TopicId, [.. all.Select(assignment => assignment.Replicas)], topic.Configs));
            }
            ZNodeReply grown = await store.GrowAsync(Name, _stored!, all);
            if (!grown.IsOk)
            {
                return TopicReply.Refused(ErrorCode.InvalidPartitions, grown.Message!);
            }
            _stored = _stored! with { Assignments = all, Version = grown.Stat!.Value.Version };
            _topic = await SettleAsync();
            return TopicReply.Done(_topic);
        });
    }

    public Task<TopicReply> MoveReplicas(int partition, IReadOnlyList<NodeId>? target, bool keepsFactor) =>
        MoveAsync(partition, topic => moves.MoveAsync(topic, partition, target, keepsFactor));

    public Task<TopicReply> ElectPreferredLeader(int partition) => MoveAsync(partition, topic => moves.ElectPreferredAsync(topic, partition));

    public Task<TopicReply> AlterConfigs(IReadOnlyList<ConfigChange> changes, bool validateOnly)
    {
        return ChangeExistingAsync(async topic =>
        {
            for (int attempt = 1; ; attempt++)
            {
                if (TopicRules.TryChange(_stored!.Configs, changes, out Dictionary<string, string> configs) is { } refusal)
                {
                    return refusal;
                }
                if (validateOnly)
                {
                    return TopicReply.Done(topic with { Configs = configs });
                }
                ZNodeReply written = await store.ConfigureAsync(Name, _stored, configs);
                if (written.IsOk)
                {
                    var config = new WrittenConfig(configs, null, written.Results![0].Stat!.Value.Version, written.Zxid);
                    _stored = _stored with { Configs = configs, Written = config };
                    await TellPartitionsAsync();
                    return TopicReply.Done(_topic);
                }
                // Somebody has written the znode meanwhile: the change is made to what stands there now.
                if (attempt == ConfigureAttemptsMax || !await RereadAsync())
                {
                    return TopicReply.Refused(ErrorCode.RequestTimedOut, $"The configuration of topic '{Name}' is being changed by others. Try again.");
                }
            }
        });
    }

    public Task<TopicReply> Delete() => ChangeExistingAsync(_ => DeleteAsync());

    public Task<TopicReply> FollowConfig(Zxid written)
    {
        return ChangeAsync(async () =>
        {
            if (_topic is not null && written > _toldConfig && await RereadAsync())
            {
                await TellPartitionsAsync();
            }
            return TopicReply.Done(_topic);
        });
    }

    public Task<TopicReply> FinishDeletion()
    {
        return ChangeAsync(async () =>
        {
            _stored = await store.ReadAsync(Name);
            if (_stored is null)
            {
                _topic = null;
                await store.DropRequestAsync(Name);
            }
            return IsBeingDeleted ? await DeleteAsync() : TopicReply.Done(_topic);
        });
    }

    public Task<TopicReply> Publish(ControllerTerm term, int partition)
    {
        return ChangeExistingAsync(async topic =>
        {
            IReadOnlyList<LeadershipRow> rows = await places.ReadAsync(topic.TopicId);
            await new Publication(store).WriteAsync(Name, rows, term, partition);
            await ShowMovesAsync([.. rows.Select(row => row.Assignment)]);
            return TopicReply.Done(topic);
        });
    }

    // Tools read from the topic's znode who keeps its partitions. Where somebody else has written it meanwhile, the next change of a row brings it into line.
    private async Task ShowMovesAsync(IReadOnlyList<Assignment> assignments)
    {
        if (_stored is { } stored && assignments.Count == stored.PartitionCount && !assignments.Zip(stored.Assignments).All(pair => pair.First.IsSameAs(pair.Second)))
        {
            ZNodeReply shown = await store.AssignAsync(Name, stored, assignments);
            _stored = shown.IsOk ? stored with { Assignments = assignments, Version = shown.Stat!.Value.Version } : stored;
        }
    }

    private async Task<TopicReply> MoveAsync(int partition, Func<TopicId, Task<TopicReply?>> move)
    {
        if (_topic is not { } topic || partition < 0 || partition >= topic.Partitions.Count)
        {
            return Unknown();
        }
        try
        {
            return await move(topic.TopicId) ?? TopicReply.Done(Refresh(topic));
        }
        catch (DbException failure)
        {
            return TopicReply.Refused(ErrorCode.KafkaStorageError, $"The leadership table could not be read or written: {failure.Message}");
        }
    }

    private Task<TopicReply> ChangeExistingAsync(Func<TopicDescription, Task<TopicReply>> change) =>
        ChangeAsync(async () => _topic is null ? Unknown() : await change(_topic));

    /// <summary>Runs one change after the one before it, and after a deletion that was left unfinished.</summary>
    private async Task<TopicReply> ChangeAsync(Func<Task<TopicReply>> change)
    {
        if (TopicRules.CheckName(Name) is { } refusal)
        {
            DeactivateOnIdle();
            return refusal;
        }
        Task before = _newestChange;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _newestChange = done.Task;
        await before;
        try
        {
            if (_hasFailed)
            {
                // Not from what is in memory; and who is told of the change would ask this activation, which answers nobody while one of its changes goes on.
                return TopicReply.Refused(ErrorCode.KafkaStorageError, $"A change of topic '{Name}' has failed that was made just before. Try again.");
            }
            await FinishDeletionAsync();
            return await change();
        }
        catch (Exception failure)
        {
            _hasFailed = true;
            DeactivateOnIdle();
            LogFailedChange(logger, failure, Name);
            return failure is DbException or TreeRefusedException
                ? TopicReply.Refused(ErrorCode.KafkaStorageError, $"What topics are kept in failed while topic '{Name}' was changed: {failure.Message} Check the disk and try again.")
                : TopicReply.Refused(ErrorCode.UnknownServerError, $"Topic '{Name}' could not be changed, or not completely; the silo's log says why. Try again.");
        }
        finally
        {
            done.SetResult();
        }
    }

    private async Task<TopicReply> CreateAsync(CreateTopicRequest request)
    {
        int partitionCount = request.Assignments?.Count ?? request.PartitionCount ?? options.DefaultPartitions;
        short replicationFactor = request.ReplicationFactor ?? options.DefaultReplicationFactor;
        if ((request.Assignments is { } byHand
            ? TopicRules.CheckAssigned(byHand, places.LiveNodes, byHand is [var first, ..] ? first.Count : 0, request.Configs)
            : TopicRules.CheckNew(partitionCount, replicationFactor, places.LiveNodes.Count, request.Configs)) is { } refusal)
        {
            return refusal;
        }
        var configs = new Dictionary<string, string>(request.Configs);
        var topicId = TopicId.NewId();
        IReadOnlyList<IReadOnlyList<NodeId>> assignment = request.Assignments ?? places.Assign(topicId, 0, partitionCount, replicationFactor);
        if (request.ValidateOnly)
        {
            return await store.FindNameAsync(Name) is { } taken ? Collides(taken) : TopicReply.Done(Imagine(new TopicId(Guid.Empty), assignment, configs));
        }
        ZNodeReply created = await store.CreateAsync(Name, topicId, assignment, configs);
        if (created.Error == ZNodeError.NodeExists)
        {
            return Collides(await store.FindNameAsync(Name) ?? Name);
        }
        if (!created.IsOk)
        {
            return TopicReply.Refused(ErrorCode.InvalidPartitions, created.Message!);
        }
        _stored = await store.ReadAsync(Name);
        _toldConfig = created.Zxid;
        _topic = await SettleAsync();
        return TopicReply.Done(_topic);
    }

    private TopicReply Collides(string taken)
    {
        return taken == Name
            ? TopicReply.Refused(ErrorCode.TopicAlreadyExists, $"Topic '{Name}' exists already.")
            : TopicReply.Refused(
                ErrorCode.InvalidTopicException,
                $"'{Name}' collides with the topic '{taken}': '.' and '_' are one character in the names of metrics. Choose another name.");
    }

    /// <summary>Makes the leadership rows that lack for the topic in the tree, and describes it.</summary>
    private async Task<TopicDescription> SettleAsync()
    {
        await places.SettleAsync(_stored!);
        return Show(_stored!);
    }

    private TopicDescription Refresh(TopicDescription topic)
    {
        if (places.ChangesOf(topic.TopicId) == _seenChanges)
        {
            return topic;
        }
        _seenChanges = places.ChangesOf(topic.TopicId);
        return _topic = _stored is { } stored ? Show(stored) : internalTopics.Describe(Name)!;
    }

    private TopicDescription Show(StoredTopic stored)
    {
        _seenChanges = places.ChangesOf(stored.TopicId);
        return new TopicDescription(Name, stored.TopicId, places.Describe(stored.TopicId), stored.ReplicationFactor, stored.Configs);
    }

    private TopicReply? CheckPlaces(TopicDescription topic, int partitionCount, IReadOnlyList<IReadOnlyList<NodeId>>? assignments)
    {
        int added = partitionCount - topic.Partitions.Count;
        return assignments is null ? TopicRules.CheckNodes(topic.ReplicationFactor, places.LiveNodes.Count)
            : assignments.Count != added ? TopicReply.Refused(ErrorCode.InvalidReplicaAssignment, $"{added} partitions are to be added, and replicas are assigned to {assignments.Count}.")
            : TopicRules.CheckAssignments(assignments, places.LiveNodes, topic.ReplicationFactor);
    }

    private IReadOnlyList<Assignment> Extend(TopicDescription topic, int partitionCount, IReadOnlyList<IReadOnlyList<NodeId>>? assignments)
    {
        int added = partitionCount - topic.Partitions.Count;
        return [.. _stored!.Assignments, .. (assignments ?? places.Assign(topic.TopicId, topic.Partitions.Count, added, topic.ReplicationFactor)).Select(Assignment.Of)];
    }

    /// <summary>The topic as it would be.</summary>
    private TopicDescription Imagine(TopicId topicId, IReadOnlyList<IReadOnlyList<NodeId>> assignment, IReadOnlyDictionary<string, string> configs)
    {
        PartitionAssignment[] assignments = [.. assignment.Select((assigned, i) => new PartitionAssignment(i, assigned[0], assigned, assigned))];
        return new TopicDescription(Name, topicId, assignments, (short)assignment[0].Count, configs);
    }

    /// <summary>Reads the topic's znodes anew and takes their configuration over. False when the topic is going.</summary>
    private async Task<bool> RereadAsync()
    {
        StoredTopic? stored = await store.ReadAsync(Name);
        if (stored is null or { IsBeingDeleted: true })
        {
            return false;
        }
        _stored = stored;
        await AdoptConfigAsync();
        return true;
    }

    /// <summary>Puts the written configuration in force, when it is legal; else it is ignored as a whole.</summary>
    private async Task AdoptConfigAsync()
    {
        WrittenConfig written = _stored!.Written;
        if (written.Configs is not { } configs)
        {
            if (written.Zxid > _reportedConfig || written.Zxid == Zxid.Zero)
            {
                _reportedConfig = written.Zxid;
                LogIllegalConfig(logger, TopicPaths.Config(Name), Name, written.Problem!);
            }
        }
        else if (!AreSame(configs, _stored.Configs) && (await store.AdoptAsync(Name, written)).IsOk)
        {
            // Where it was written again meanwhile, the watch brings that.
            _stored = _stored with { Configs = configs };
        }
    }

    private static bool AreSame(IReadOnlyDictionary<string, string> left, IReadOnlyDictionary<string, string> right) =>
        left.Count == right.Count && left.All(pair => right.GetValueOrDefault(pair.Key) == pair.Value);

    private async Task TellPartitionsAsync()
    {
        StoredTopic stored = _stored!;
        TopicDescription topic = _topic! with { Configs = stored.Configs };
        _topic = topic;
        _toldConfig = stored.Written.Zxid;
        try
        {
            await ForEachPartitionAsync(topic.Partitions.Count, partition => partition.Reconfigure());
        }
        catch (Exception failure)
        {
            // The configuration is durable; a partition that missed it reads it when it is activated next.
            LogFailedReconfiguration(logger, failure, Name);
        }
    }

    private async Task<TopicReply> DeleteAsync()
    {
        await store.BeginDeletionAsync(Name);
        _stored = _stored! with { IsBeingDeleted = true };
        _topic = null;
        await FinishDeletionAsync();
        return TopicReply.Done(null);
    }

    private async Task FinishDeletionAsync()
    {
        if (IsBeingDeleted)
        {
            StoredTopic stored = _stored!;
            await ForEachPartitionAsync(stored.PartitionCount, partition => partition.Remove(stored.TopicId));
            await places.DeleteAsync(stored.TopicId);
            await store.DeleteAsync(Name);
            _stored = null;
        }
    }

    private async Task RetryDeletionAsync()
    {
        await ChangeAsync(() => Task.FromResult(TopicReply.Done(null)));
        if (_stored is null)
        {
            DeactivateOnIdle();
        }
    }

    private async Task ForEachPartitionAsync(int partitionCount, Func<IPartitionGrain, Task> call)
    {
        foreach (int[] partitions in Enumerable.Range(0, partitionCount).Chunk(PartitionCallsMax))
        {
            await Task.WhenAll(partitions.Select(i => call(GrainFactory.GetGrain<IPartitionGrain>(new TopicPartition(Name, i).ToString()))));
        }
    }

    private TopicReply Unknown() => TopicReply.Refused(ErrorCode.UnknownTopicOrPartition, $"There is no topic '{Name}'.");

    [LoggerMessage(2201, LogLevel.Error, "Topic {Topic} could not be changed, or not completely.")]
    private static partial void LogFailedChange(ILogger logger, Exception failure, string topic);

    [LoggerMessage(2202, LogLevel.Warning, "Not every partition of topic {Topic} has taken over its changed configuration.")]
    private static partial void LogFailedReconfiguration(ILogger logger, Exception failure, string topic);

    [LoggerMessage(2203, LogLevel.Warning, "The configuration in the znode {Path} is ignored, and topic {Topic} keeps the one it has: {Problem}")]
    private static partial void LogIllegalConfig(ILogger logger, string path, string topic, string problem);
}
