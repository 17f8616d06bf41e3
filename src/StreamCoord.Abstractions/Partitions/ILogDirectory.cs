namespace StreamCoord.Partitions;

/// <summary>The directory in which this silo keeps its logs: Kafka's <c>log.dirs</c>, of which there is one. Safe for concurrent use.</summary>
public interface ILogDirectory
{
    /// <summary>Its full path.</summary>
    string Path { get; }

    /// <summary>The size of the volume it lies on.</summary>
    /// <exception cref="IOException">The volume does not answer.</exception>
    Task<VolumeSize> MeasureAsync();
}

/// <summary>The size of a volume.</summary>
/// <param name="TotalBytes">How much it holds.</param>
/// <param name="UsableBytes">How much of that this process may still write.</param>
public readonly record struct VolumeSize(long TotalBytes, long UsableBytes);
