using System.Data.Common;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using StreamCoord.Grains.Leadership;
using StreamCoord.Grains.Storage;
using StreamCoord.Partitions;
using StreamCoord.Topics;

namespace StreamCoord.Grains.Topics;

/// <summary>
/// One topic. Owns the topic's row in grain storage, and with it the topic's rows in the leadership table and its name in the
/// catalogue. Calls interleave so that <see cref="Describe"/> is always answered at once, from memory; those that change
/// something run one after another.
/// </summary>
/// <remarks>
/// Nothing spans the three places, so each change has an order in which a stop at any point leaves something to finish. A
/// creation lists the name, writes the state, makes the rows: with the state written the topic exists, and activation makes
/// the rows that lack; without it, activation takes the name off the list. A deletion marks the state, removes the
/// partitions and the rows, clears the state, takes the name off the list: a marked state is finished by the next change and by
/// a timer of the next activation. A failed write ends the activation, for what is in memory may then differ from the database.
/// </remarks>
[Reentrant]
internal sealed partial class TopicGrain : Grain, ITopicGrain
{
    /// <summary>How many partitions are called at a time.</summary>
    private const int PartitionCallsMax = 64;

    private static readonly TimeSpan DeletionRetry = TimeSpan.FromSeconds(30);

    private readonly IPersistentState<TopicState> _state;
    private readonly ILeadershipTable _leadership;
    private readonly NodeId _node;
    private readonly TopicOptions _options;
    private readonly InternalTopics _internalTopics;
    private readonly ILogger<TopicGrain> _logger;

    /// <summary>The topic, or null when there is none or its creation or deletion is not finished.</summary>
    private TopicDescription? _topic;

    /// <summary>Ends when the newest change, and so every change before it, has ended.</summary>
    private Task _newestChange = Task.CompletedTask;

    public TopicGrain(
        [PersistentState("topic", StorageHosting.Topics)] IPersistentState<TopicState> state,
        ILeadershipTable leadership,
        ClusterIdentity identity,
        TopicOptions options,
        InternalTopics internalTopics,
        ILogger<TopicGrain> logger)
    {
        _internalTopics = internalTopics;
        _state = state;
        _leadership = leadership;
        _node = identity.NodeId;
        _options = options;
        _logger = logger;
    }

    private string Name => this.GetPrimaryKeyString();

    private ITopicCatalogueGrain Catalogue => TopicCatalogue.ShardOf(GrainFactory, Name);

    private bool IsBeingDeleted => _state.RecordExists && _state.State.IsBeingDeleted;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (TopicName.IsInternal(Name))
        {
            _topic = _internalTopics.Describe(Name);
            return;
        }
        if (_state.State.Format > TopicState.NewestFormat)
        {
            throw new DatabaseException(
                $"Topic '{Name}' was written in format {_state.State.Format}, and this build knows formats up to {TopicState.NewestFormat}.");
        }
        if (!_state.RecordExists)
        {
            await Catalogue.Remove(Name);
        }
        else if (IsBeingDeleted)
        {
            this.RegisterGrainTimer(RetryDeletionAsync, new GrainTimerCreationOptions(TimeSpan.Zero, DeletionRetry) { Interleave = true });
        }
        else
        {
            _topic = await SettleAsync();
        }
    }

    public Task<TopicReply> Describe()
    {
        if (_topic is not null)
        {
            return Task.FromResult(TopicReply.Done(_topic));
        }
        // The activation of a name that is no topic stays until it is collected as idle: ending it here would send the requests that
        // are on their way to it from one activation to the next, and a deleted topic that is made again would refuse them.
        return Task.FromResult(TopicName.Check(Name) is { } problem ? TopicReply.Refused(ErrorCode.InvalidTopicException, problem) : Unknown());
    }

    public Task<TopicReply> DescribeOrCreate()
    {
        if (_topic is not null || !_options.AutoCreate)
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

    public Task<TopicReply> SetPartitionCount(int partitionCount, bool validateOnly)
    {
        return ChangeExistingAsync(async topic =>
        {
            if (TopicRules.CheckGrowth(topic.Partitions.Count, partitionCount) is { } refusal)
            {
                return refusal;
            }
            TopicState grown = _state.State with { PartitionCount = partitionCount };
            if (validateOnly)
            {
                return TopicReply.Done(Imagine(grown));
            }
            await WriteAsync(grown);
            _topic = await SettleAsync();
            return TopicReply.Done(_topic);
        });
    }

    public Task<TopicReply> AlterConfigs(IReadOnlyList<ConfigChange> changes, bool validateOnly)
    {
        return ChangeExistingAsync(async topic =>
        {
            if (TopicRules.TryChange(topic.Configs, changes, out Dictionary<string, string> configs) is { } refusal)
            {
                return refusal;
            }
            TopicDescription altered = topic with { Configs = configs };
            if (validateOnly)
            {
                return TopicReply.Done(altered);
            }
            await WriteAsync(_state.State with { Configs = configs });
            _topic = altered;
            await ReconfigureAsync(altered);
            return TopicReply.Done(altered);
        });
    }

    public Task<TopicReply> Delete()
    {
        return ChangeExistingAsync(async _ =>
        {
            await WriteAsync(_state.State with { IsBeingDeleted = true });
            _topic = null;
            await FinishDeletionAsync();
            return TopicReply.Done(null);
        });
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
            await FinishDeletionAsync();
            return await change();
        }
        catch (Exception failure)
        {
            DeactivateOnIdle();
            LogFailedChange(failure, Name);
            return failure is DbException
                ? TopicReply.Refused(ErrorCode.KafkaStorageError, $"The database failed while topic '{Name}' was changed: {failure.Message} Check the disk and try again.")
                : TopicReply.Refused(ErrorCode.UnknownServerError, $"Topic '{Name}' could not be changed, or not completely; the silo's log says why. Try again.");
        }
        finally
        {
            done.SetResult();
        }
    }

    private async Task<TopicReply> CreateAsync(CreateTopicRequest request)
    {
        int partitionCount = request.PartitionCount ?? _options.DefaultPartitions;
        short replicationFactor = request.ReplicationFactor ?? _options.DefaultReplicationFactor;
        if (TopicRules.CheckNew(partitionCount, replicationFactor, request.Configs) is { } refusal)
        {
            return refusal;
        }
        if (await FindCollisionAsync(request.ValidateOnly) is { } collision)
        {
            return TopicReply.Refused(
                ErrorCode.InvalidTopicException,
                $"'{Name}' collides with the topic '{collision}': '.' and '_' are one character in the names of metrics. Choose another name.");
        }
        var state = new TopicState
        {
            TopicId = request.ValidateOnly ? Guid.Empty : TopicId.NewId().Value,
            PartitionCount = partitionCount,
            ReplicationFactor = replicationFactor,
            Configs = new Dictionary<string, string>(request.Configs),
        };
        if (request.ValidateOnly)
        {
            return TopicReply.Done(Imagine(state));
        }
        await WriteAsync(state);
        _topic = await SettleAsync();
        return TopicReply.Done(_topic);
    }

    /// <summary>Lists the name, unless this is a mere question. Returns the topic whose name collides with it, or null.</summary>
    private async Task<string?> FindCollisionAsync(bool validateOnly)
    {
        string? collision = await AddAsync();
        if (collision is not null)
        {
            // The name may be left over from a creation that a crash cut short: looking at that topic tidies it up.
            await GrainFactory.GetGrain<ITopicGrain>(collision).Describe();
            collision = await AddAsync();
        }
        return collision;

        async Task<string?> AddAsync()
        {
            return validateOnly
                ? (await Catalogue.List()).FirstOrDefault(name => TopicName.Fold(name) == TopicName.Fold(Name) && name != Name)
                : await Catalogue.Add(Name);
        }
    }

    /// <summary>Makes the leadership rows that lack for the state written, and describes the topic.</summary>
    private async Task<TopicDescription> SettleAsync()
    {
        TopicState state = _state.State;
        var topicId = new TopicId(state.TopicId);
        IReadOnlyList<LeadershipRow> rows = await _leadership.ReadAsync(topicId);
        if (rows.Count < state.PartitionCount)
        {
            await _leadership.CreateAsync(topicId, state.PartitionCount, [_node], [_node]);
            rows = await _leadership.ReadAsync(topicId);
        }
        PartitionAssignment[] assignments =
            [.. rows.Select(row => new PartitionAssignment(row.Partition, row.LeaderNode ?? row.InSyncReplicas[0], row.Replicas, row.InSyncReplicas))];
        return new TopicDescription(Name, topicId, assignments, state.ReplicationFactor, state.Configs);
    }

    /// <summary>The topic as it would be.</summary>
    private TopicDescription Imagine(TopicState state)
    {
        NodeId[] nodes = [_node];
        PartitionAssignment[] assignments = [.. Enumerable.Range(0, state.PartitionCount).Select(i => new PartitionAssignment(i, _node, nodes, nodes))];
        return new TopicDescription(Name, new TopicId(state.TopicId), assignments, state.ReplicationFactor, state.Configs);
    }

    private async Task WriteAsync(TopicState state)
    {
        TopicState before = _state.State;
        try
        {
            _state.State = state;
            await _state.WriteStateAsync();
        }
        catch
        {
            _state.State = before;
            throw;
        }
    }

    private async Task ReconfigureAsync(TopicDescription topic)
    {
        try
        {
            await ForEachPartitionAsync(topic.Partitions.Count, partition => partition.Reconfigure());
        }
        catch (Exception failure)
        {
            // The configuration is durable; a partition that missed it reads it when it is activated next.
            LogFailedReconfiguration(failure, Name);
        }
    }

    private async Task FinishDeletionAsync()
    {
        if (IsBeingDeleted)
        {
            var topicId = new TopicId(_state.State.TopicId);
            await ForEachPartitionAsync(_state.State.PartitionCount, partition => partition.Remove(topicId));
            await _leadership.DeleteAsync(topicId);
            await _state.ClearStateAsync();
            await Catalogue.Remove(Name);
        }
    }

    private async Task RetryDeletionAsync()
    {
        await ChangeAsync(() => Task.FromResult(TopicReply.Done(null)));
        if (!_state.RecordExists)
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
    private partial void LogFailedChange(Exception failure, string topic);

    [LoggerMessage(2202, LogLevel.Warning, "Not every partition of topic {Topic} has taken over its changed configuration.")]
    private partial void LogFailedReconfiguration(Exception failure, string topic);
}
