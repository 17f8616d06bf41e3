using System.Data.Common;
using StreamCoord.Brokers;
using StreamCoord.Grains.Cluster;
using StreamCoord.Grains.Leadership;

namespace StreamCoord.Grains.Topics;

/// <inheritdoc cref="IBrokerDrain"/>
internal sealed class BrokerDrain(ILeadershipTable table, ReplicaMoves moves, IClusterNodes nodes, IBrokers brokers) : IBrokerDrain
{
    /// <inheritdoc/>
    public async Task<DrainReply> DrainAsync(NodeId broker)
    {
        NodeId[] alive = [.. nodes.Alive.Select(replica => replica.Node)];
        try
        {
            if (DrainPlan.Make(await table.ReadAllAsync(), broker, [.. alive.Select(node => new PlacedNode(node, brokers.Find(node)?.Rack))]) is not { } plan)
            {
                return new DrainReply(
                    ErrorCode.InvalidReplicationFactor, $"Broker {broker} keeps partitions that need all of the brokers which live ({string.Join(", ", alive)}). Start another, or lower their replication factor first.", 0);
            }
            if (await moves.MoveAllAsync(plan) is { } refusal)
            {
                return new DrainReply(refusal.Error, refusal.Message, 0);
            }
            return new DrainReply(ErrorCode.None, null, DrainPlan.CountLeft(await table.ReadAllAsync(), broker, alive));
        }
        catch (DbException failure)
        {
            return new DrainReply(ErrorCode.KafkaStorageError, $"The leadership table could not be read or written: {failure.Message}", 0);
        }
    }
}
