using StreamCoord.Cluster.Tests.Running;

namespace StreamCoord.Cluster.Tests.Faults;

/// <summary>Damages the segment files of a partition on a node that does not run. Stateless.</summary>
internal static class DiskDamage
{
    /// <summary>What is done to the files of a partition.</summary>
    public static void Do(DiskDamageKind kind, ClusterNode node, string topicId, int partition)
    {
        string[] segments = node.FindSegments(topicId, partition);
        Assert.True(segments.Length > 2, $"Node {node.Number} has only {segments.Length} segments of {topicId}/{partition}.");
        switch (kind)
        {
            case DiskDamageKind.BitsFlippedInAFinishedSegment:
                FlipBits(segments[segments.Length / 2]);
                break;
            case DiskDamageKind.BitsFlippedInTheActiveSegment:
                // One that has just begun may be empty yet.
                FlipBits(segments.Last(segment => new FileInfo(segment).Length > 0));
                break;
            case DiskDamageKind.FinishedSegmentDeleted:
                File.Delete(segments[segments.Length / 2]);
                break;
            case DiskDamageKind.ActiveSegmentDeleted:
                File.Delete(segments[^1]);
                break;
            default:
                Array.ForEach(segments, File.Delete);
                break;
        }
    }

    // In the middle: most likely within a batch's records.
    private static void FlipBits(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        file.Position = file.Length / 2;
        int before = file.ReadByte();
        file.Position--;
        file.WriteByte((byte)(before ^ 0xFF));
    }
}
