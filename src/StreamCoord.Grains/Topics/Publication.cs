using StreamCoord.Grains.Brokers;
using StreamCoord.Grains.Leadership;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Topics;

/// <summary>Writes the states of a topic's partitions into the tree, some hundred in a transaction, each under the controller's term. Keeps nothing.</summary>
internal sealed class Publication(TopicStore store)
{
    /// <summary>Only those that are not in the tree.</summary>
    public const int Missing = -1;

    /// <summary>Every partition of the topic.</summary>
    public const int All = -2;

    private const int PartitionsMax = 200;

    /// <summary>Writes what the leadership table says. Ends early when the term is over or the topic is gone.</summary>
    public async Task WriteAsync(string name, IReadOnlyList<LeadershipRow> rows, ControllerTerm term, int partition)
    {
        bool hasPartitions = await store.ExistsAsync(TopicPaths.Partitions(name));
        foreach (LeadershipRow[] chunk in rows.Where(row => partition < 0 || row.Partition == partition).Chunk(PartitionsMax))
        {
            List<WriteOperation> writes = [new CheckOperation(BrokerPaths.ControllerEpoch, term.EpochVersion)];
            if (!hasPartitions)
            {
                writes.Add(new CreateOperation(TopicPaths.Partitions(name), null, AclEntry.ReadOnly));
            }
            foreach (LeadershipRow row in chunk)
            {
                bool exists = await store.ExistsAsync(TopicPaths.State(name, row.Partition));
                if (!exists || partition != Missing)
                {
                    Add(writes, name, row, term.Epoch, exists);
                }
            }
            if (writes.Count == 1)
            {
                continue;
            }
            ZNodeReply reply = await store.WriteAsync(writes);
            if (reply.Error is ZNodeError.BadVersion or ZNodeError.NoNode)
            {
                return;
            }
            if (!reply.IsOk)
            {
                throw new TreeRefusedException($"The states of topic '{name}' could not be published: {reply.Error}: {reply.Message}");
            }
            hasPartitions = true;
        }
    }

    private static void Add(List<WriteOperation> writes, string name, LeadershipRow row, int controllerEpoch, bool exists)
    {
        byte[] state = PartitionStateNode.Write(row, controllerEpoch);
        if (exists)
        {
            writes.Add(new SetDataOperation(TopicPaths.State(name, row.Partition), state));
            return;
        }
        writes.Add(new CreateOperation(TopicPaths.Partition(name, row.Partition), null, AclEntry.ReadOnly));
        writes.Add(new CreateOperation(TopicPaths.State(name, row.Partition), state, AclEntry.ReadOnly));
    }
}
