using StreamCoord.Replication;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Topics;

/// <summary>
/// Reads and writes the znodes of topics. A topic exists when the one transaction that makes its znodes has committed, and is gone when the one that deletes them has.
/// </summary>
/// <remarks>
/// Keeps nothing, so it is safe for concurrent use; two changes of one topic at a time are told apart by the znodes' versions. What a finished write has done is durable and is
/// seen by every later read on this silo. A write whose outcome is not known throws.
/// </remarks>
internal sealed class TopicStore(ICoordination tree)
{
    /// <summary>Below every limit that a multi may be given, and small enough not to hold up the writes of others.</summary>
    private const int DeletesMax = 500;

    private const int DeletionAttemptsMax = 10;

    /// <summary>Who only reads: the topic's own znodes are the service's to write.</summary>
    private static readonly IReadOnlyList<AclEntry> ReadOnly = AclEntry.ReadOnly;

    /// <summary>Whoever may reach the tree may set a topic's configuration, as with Kafka's own znodes.</summary>
    private static readonly IReadOnlyList<AclEntry> Writable = [new(ZNodePermissions.Read | ZNodePermissions.Write, "world", "anyone")];

    /// <summary>Waits until this silo's tree has everything that anybody was told is written.</summary>
    public Task SyncAsync() => tree.SyncAsync();

    /// <summary>The topic, or null.</summary>
    /// <exception cref="TopicZNodeException">A znode of it that only the service writes has been tampered with.</exception>
    public async Task<StoredTopic?> ReadAsync(string name)
    {
        ZNodeReply reply = await tree.RequestAsync(
            ZNodeCaller.Service, new MultiReadOperation([new GetDataOperation(TopicPaths.Topic(name)), new GetDataOperation(TopicPaths.Record(name))]));
        IReadOnlyList<ZNodeReply> nodes = Require(reply).Results!;
        (ZNodeReply topic, ZNodeReply recorded) = (nodes[0], nodes[1]);
        if (topic.Error == ZNodeError.NoNode)
        {
            return null;
        }
        (TopicId topicId, IReadOnlyList<Assignment> assignments) = TopicNode.Read(name, DataOf(topic).Span);
        TopicRecordNode record = TopicRecordNode.Read(TopicPaths.Record(name), DataOf(recorded).Span);
        return new StoredTopic
        {
            TopicId = topicId,
            Assignments = assignments,
            Version = topic.Stat!.Value.Version,
            Configs = record.Config,
            Written = await ReadConfigAsync(name, record, recorded.Stat!.Value.Mzxid),
            IsBeingDeleted = await ExistsAsync(TopicPaths.Deletion(name)),
        };
    }

    /// <summary>The topic that has this name or one that collides with it, or null.</summary>
    public async Task<string?> FindNameAsync(string name)
    {
        ZNodeReply reply = await tree.RequestAsync(ZNodeCaller.Service, new GetDataOperation(TopicPaths.Record(name)));
        return reply.Error == ZNodeError.NoNode ? null : TopicRecordNode.Read(TopicPaths.Record(name), DataOf(Require(reply)).Span).Topic;
    }

    /// <summary>
    /// Makes the topic's znodes in one transaction. <see cref="ZNodeError.NodeExists"/> when the name, or one that collides with it, is taken; <see cref="ZNodeError.BadArguments"/>
    /// when the topic is too large for a znode. The first topic's configuration needs parents, which are made before it.
    /// </summary>
    /// <exception cref="TreeRefusedException">The outcome is not known; or /config is a user's ephemeral znode, which can have no children.</exception>
    public async Task<ZNodeReply> CreateAsync(string name, TopicId topicId, IReadOnlyList<IReadOnlyList<NodeId>> assignment, IReadOnlyDictionary<string, string> configs)
    {
        WriteOperation[] creates =
        [
            new CreateOperation(TopicPaths.Record(name), TopicRecordNode.Write(name, configs), ReadOnly),
            new CreateOperation(TopicPaths.Topic(name), TopicNode.Write(topicId, [.. assignment.Select(Assignment.Of)]), ReadOnly),
            new CreateOperation(TopicPaths.Config(name), TopicConfigNode.Write(configs), Writable),
        ];
        ZNodeReply reply = await WriteAsync(creates);
        if (reply.Error == ZNodeError.NoNode)
        {
            await CreateConfigParentsAsync();
            reply = await WriteAsync(creates);
        }
        return reply.Error is ZNodeError.NodeExists or ZNodeError.BadArguments ? reply : Require(reply);
    }

    /// <summary>Writes a larger number of partitions. <see cref="ZNodeError.BadArguments"/> when the topic would be too large for a znode.</summary>
    public async Task<ZNodeReply> GrowAsync(string name, StoredTopic topic, IReadOnlyList<Assignment> assignments)
    {
        ZNodeReply reply = await AssignAsync(name, topic, assignments);
        return reply.Error == ZNodeError.BadArguments ? reply : Require(reply);
    }

    /// <summary>Writes who keeps the partitions; the reply may be a refusal.</summary>
    public Task<ZNodeReply> AssignAsync(string name, StoredTopic topic, IReadOnlyList<Assignment> assignments) => tree.RequestAsync(
        ZNodeCaller.Service, new SetDataOperation(TopicPaths.Topic(name), TopicNode.Write(topic.TopicId, assignments), topic.Version));

    /// <summary>
    /// Writes a configuration and puts it in force. <see cref="ZNodeError.BadVersion"/>, and nothing is changed, when somebody has written the configuration's znode since
    /// <paramref name="topic"/> was read.
    /// </summary>
    public async Task<ZNodeReply> ConfigureAsync(string name, StoredTopic topic, IReadOnlyDictionary<string, string> configs)
    {
        ZNodeReply reply = await tree.RequestAsync(ZNodeCaller.Service, new MultiOperation(
        [
            new SetDataOperation(TopicPaths.Config(name), TopicConfigNode.Write(configs), topic.Written.Version),
            new SetDataOperation(TopicPaths.Record(name), TopicRecordNode.Write(name, configs)),
        ]));
        return reply.Error == ZNodeError.BadVersion ? reply : Require(reply);
    }

    /// <summary>
    /// Puts in force what somebody else has written to the configuration's znode. <see cref="ZNodeError.BadVersion"/>, and nothing is changed, when it was written again since.
    /// </summary>
    public async Task<ZNodeReply> AdoptAsync(string name, WrittenConfig written)
    {
        ZNodeReply reply = await WriteAsync(
        [
            new CheckOperation(TopicPaths.Config(name), written.Version),
            new SetDataOperation(TopicPaths.Record(name), TopicRecordNode.Write(name, written.Configs!)),
        ]);
        return reply.Error == ZNodeError.BadVersion ? reply : Require(reply);
    }

    /// <summary>Asks for the topic's deletion, in a form that outlives whoever asks: from now on it cannot be undone.</summary>
    public async Task BeginDeletionAsync(string name)
    {
        string path = TopicPaths.Deletion(name);
        ZNodeReply present = await tree.RequestAsync(ZNodeCaller.Service, new ExistsOperation(path));
        var create = new CreateOperation(path, null, ReadOnly);
        if (present.Error == ZNodeError.NoNode)
        {
            Require(await tree.RequestAsync(ZNodeCaller.Service, create));
        }
        else if (Require(present).Stat!.Value.EphemeralOwner != SessionId.None)
        {
            Require(await tree.RequestAsync(ZNodeCaller.Service, new MultiOperation([new DeleteOperation(path), create])));
        }
    }

    /// <summary>Takes the topic's znodes away: those below it in pieces, then all that make it a topic, with the request for its deletion, in one transaction.</summary>
    public async Task DeleteAsync(string name)
    {
        await DeleteBelowAsync(TopicPaths.Topic(name));
        string[] paths = [TopicPaths.Topic(name), TopicPaths.Config(name), TopicPaths.Record(name), TopicPaths.Deletion(name)];
        for (int attempt = 1; ; attempt++)
        {
            // Users may create znodes below a request that is their own.
            await DeleteBelowAsync(TopicPaths.Deletion(name));
            ZNodeReply reply = await DeleteAllAsync(paths);
            if (reply.IsOk)
            {
                return;
            }
            if (attempt == DeletionAttemptsMax || reply.Error is not (ZNodeError.NotEmpty or ZNodeError.NoNode))
            {
                Require(reply);
            }
        }
    }

    /// <summary>Takes away a request for a deletion that there is nothing to delete for.</summary>
    public async Task DropRequestAsync(string name)
    {
        await DeleteBelowAsync(TopicPaths.Deletion(name));
        await DeleteAllAsync([TopicPaths.Deletion(name)]);
    }

    /// <summary>True when a znode exists.</summary>
    public async Task<bool> ExistsAsync(string path) => (await tree.RequestAsync(ZNodeCaller.Service, new ExistsOperation(path))).IsOk;

    /// <summary>Carries out all operations or none; the reply may be a refusal.</summary>
    public Task<ZNodeReply> WriteAsync(IReadOnlyList<WriteOperation> operations) => tree.RequestAsync(ZNodeCaller.Service, new MultiOperation(operations));

    // The first may be there with data of a user's: applications use its name too.
    private async Task CreateConfigParentsAsync()
    {
        foreach (CreateOperation create in new[] { new CreateOperation(TopicPaths.ConfigRoot, null, AclEntry.Open), new CreateOperation(TopicPaths.Configs, null, ReadOnly) })
        {
            ZNodeReply reply = await tree.RequestAsync(ZNodeCaller.Service, create);
            if (reply.Error != ZNodeError.NodeExists)
            {
                Require(reply);
            }
        }
    }

    private async Task DeleteBelowAsync(string root)
    {
        List<string> paths = [];
        var open = new Queue<string>([root]);
        while (open.TryDequeue(out string? path))
        {
            foreach (string child in await tree.ListAsync(path))
            {
                paths.Add($"{path}/{child}");
                open.Enqueue(paths[^1]);
            }
        }
        paths.Reverse();
        foreach (string[] chunk in paths.Chunk(DeletesMax))
        {
            Require(await DeleteAllAsync(chunk));
        }
    }

    private async Task<ZNodeReply> DeleteAllAsync(string[] paths)
    {
        List<WriteOperation> deletes = [];
        foreach (string path in paths)
        {
            if (await ExistsAsync(path))
            {
                deletes.Add(new DeleteOperation(path));
            }
        }
        return deletes.Count == 0 ? new ZNodeReply() : await WriteAsync(deletes);
    }

    // What is in force was recorded with or after every configuration that was taken over, so only a younger one needs to be read.
    private async Task<WrittenConfig> ReadConfigAsync(string name, TopicRecordNode record, Zxid recorded)
    {
        string path = TopicPaths.Config(name);
        ZNodeReply reply = await tree.RequestAsync(ZNodeCaller.Service, new ExistsOperation(path));
        if (reply.IsOk && reply.Stat!.Value.Mzxid > recorded)
        {
            reply = await tree.RequestAsync(ZNodeCaller.Service, new GetDataOperation(path));
            string? problem = TopicConfigNode.TryRead(DataOf(reply).Span, out IReadOnlyDictionary<string, string> configs);
            return new WrittenConfig(problem is null ? configs : null, problem, Require(reply).Stat!.Value.Version, reply.Stat!.Value.Mzxid);
        }
        return reply.IsOk
            ? new WrittenConfig(record.Config, null, reply.Stat!.Value.Version, reply.Stat.Value.Mzxid)
            : new WrittenConfig(null, "It does not exist.", WriteOperation.AnyVersion, Zxid.Zero);
    }

    private static ReadOnlyMemory<byte> DataOf(ZNodeReply node) => node.Data ?? ReadOnlyMemory<byte>.Empty;

    private static ZNodeReply Require(ZNodeReply reply) =>
        reply.IsOk ? reply : throw new TreeRefusedException($"The znode tree answered {reply.Error}: {reply.Message}");
}

/// <summary>The tree did not carry out what the service needs, or its outcome is not known.</summary>
internal sealed class TreeRefusedException(string message) : Exception(message);
