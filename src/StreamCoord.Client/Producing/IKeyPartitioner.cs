using StreamCoord.Records;

namespace StreamCoord.Client;

/// <summary>Which partition a record goes to. Called for every record that names none, on the sender's thread; safe for concurrent use.</summary>
public interface IKeyPartitioner
{
    /// <summary>
    /// The partition, 0 to <paramref name="partitionCount"/> - 1; null when the key does not say: then the producer fills a batch of one partition and goes on with the next partition.
    /// </summary>
    int? Choose(NullableBytes key, int partitionCount);
}
