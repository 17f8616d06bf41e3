using System.Text.Json;
using StreamCoord.Grains.Brokers;
using StreamCoord.Grains.Leadership;

namespace StreamCoord.Grains.Topics;

/// <summary>The JSON of /brokers/topics/T/partitions/P/state: what the leadership table says, for tools to read. Immutable.</summary>
internal sealed record PartitionStateNode(int ControllerEpoch, int Leader, int Version, int LeaderEpoch, IReadOnlyList<int> Isr)
{
    /// <summary>
    /// A partition that nobody has led yet is shown as it will be: whoever is first in the in-sync set leads it, in epoch 0, from the first request on.
    /// </summary>
    public static byte[] Write(LeadershipRow row, int controllerEpoch)
    {
        NodeId leader = row.LeaderNode ?? row.InSync.Members[0].Node;
        var node = new PartitionStateNode(
            controllerEpoch, leader.Value, 1, Math.Max(row.LeaderEpoch.Value, 0), [.. row.InSync.Members.Select(member => member.Node.Value)]);
        return JsonSerializer.SerializeToUtf8Bytes(node, KafkaJson.Default.PartitionStateNode);
    }
}
