namespace StreamCoord.Protocol.ZooKeeper.Messages;

/// <summary>What multi and multiRead answer.</summary>
/// <param name="Results">The results, in the order of the operations.</param>
public readonly record struct MultiResponse(IReadOnlyList<MultiResult> Results) : IJuteRecord<MultiResponse>
{
    /// <inheritdoc/>
    public int SizeBytes
    {
        get
        {
            int size = MultiHeader.End.SizeBytes;
            for (int i = 0; i < Results.Count; i++)
            {
                size = checked(size + Results[i].SizeBytes);
            }
            return size;
        }
    }

    /// <inheritdoc/>
    public static MultiResponse Read(ref JuteReader reader)
    {
        List<MultiResult> results = [];
        for (var header = MultiHeader.Read(ref reader); !header.IsDone; header = MultiHeader.Read(ref reader))
        {
            results.Add(MultiResult.Read(header, ref reader));
        }
        return new MultiResponse(results);
    }

    /// <inheritdoc/>
    public void Write(ref JuteWriter writer)
    {
        for (int i = 0; i < Results.Count; i++)
        {
            Results[i].Write(ref writer);
        }
        MultiHeader.End.Write(ref writer);
    }
}
