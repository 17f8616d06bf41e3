namespace StreamCoord.Conformance.Tests.Comparison;

/// <summary>Pairs of transactions that two services told for the same thing. Their numbers differ; their order may not.</summary>
internal sealed class ZxidOrder
{
    private readonly HashSet<(long Reference, long Ours)> _pairs = [];

    /// <summary>Notes a pair.</summary>
    public void Add(long reference, long ours) => _pairs.Add((reference, ours));

    /// <summary>Two pairs whose order is not the same on both sides; null when there are none.</summary>
    public string? FindContradiction()
    {
        (long Reference, long Ours)[] sorted = [.. _pairs.Order()];
        for (int i = 1; i < sorted.Length; i++)
        {
            (long Reference, long Ours) before = sorted[i - 1], next = sorted[i];
            if (before.Reference == next.Reference || before.Ours >= next.Ours)
            {
                return $"0x{before.Reference:x} and 0x{next.Reference:x} here are 0x{before.Ours:x} and 0x{next.Ours:x} there";
            }
        }
        return null;
    }
}
