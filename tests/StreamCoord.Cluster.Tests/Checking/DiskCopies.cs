using StreamCoord.Cluster.Tests.Running;
using StreamCoord.Records;

namespace StreamCoord.Cluster.Tests.Checking;

/// <summary>Reads the copies of a partition from the directories of silos, which may run, and compares them batch by batch.</summary>
internal static class DiskCopies
{
    /// <summary>Every copy has the same batches below an offset, and has it all. Compaction has taken nothing away.</summary>
    public static void Check(IReadOnlyList<ClusterNode> nodes, string topicId, int partition, long end)
    {
        List<Batch>[] copies = [.. nodes.Select(node => Read(node, topicId, partition).Where(batch => batch.Base < end).ToList())];
        for (int i = 0; i < copies.Length; i++)
        {
            long next = copies[i].Count == 0 ? 0 : copies[i][^1].Next;
            Assert.True(next >= end, $"Node {nodes[i].Number} has {topicId}/{partition} up to {next}; {end} was committed.");
            int differing = copies[0].Zip(copies[i]).TakeWhile(pair => pair.First == pair.Second).Count();
            Assert.True(
                differing == copies[0].Count && differing == copies[i].Count,
                $"Of {topicId}/{partition} node {nodes[0].Number} has {copies[0].ElementAtOrDefault(differing)} where node {nodes[i].Number} has {copies[i].ElementAtOrDefault(differing)}.");
        }
    }

    private static IEnumerable<Batch> Read(ClusterNode node, string topicId, int partition) => node.FindSegments(topicId, partition).SelectMany(ReadSegment);

    private static List<Batch> ReadSegment(string path)
    {
        List<Batch> batches = [];
        var sequence = new BatchSequence(File.ReadAllBytes(path));
        while (sequence.MoveNext(out BatchHeader header, out ReadOnlySpan<byte> bytes))
        {
            Assert.Equal(BatchProblem.None, BatchValidator.CheckStored(bytes));
            batches.Add(new(header.BaseOffset.Value, header.NextOffset.Value, header.LeaderEpoch.Value, header.Crc, header.SizeBytes));
        }
        return batches;
    }

    private sealed record Batch(long Base, long Next, int Epoch, uint Crc, int SizeBytes);
}
