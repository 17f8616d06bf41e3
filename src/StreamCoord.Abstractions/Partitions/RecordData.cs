using System.Buffers;

namespace StreamCoord.Partitions;

/// <summary>
/// Whole record batches (format v2), one after another, as they lie on the disk and travel on the Kafka wire.
/// Inside a silo it travels by reference and is never copied; between silos it is serialised once.
/// </summary>
/// <remarks>
/// Owns its memory. Whoever receives it from a grain owns it from then on and calls <see cref="Dispose"/> once, after
/// the last use of <see cref="Bytes"/>; forgetting to do so costs the pool a buffer, nothing else. Whoever passes it to
/// <see cref="IPartitionGrain.Append"/> gives it away until the reply is there: the leader writes the base offset and the
/// leader epoch of each batch in place. Not safe for concurrent use.
/// </remarks>
[GenerateSerializer, Immutable, Alias("StreamCoord.RecordData")]
public sealed class RecordData : IDisposable
{
    [NonSerialized]
    private IMemoryOwner<byte>? _owner;

    /// <summary>Wraps memory that the garbage collector owns.</summary>
    public RecordData(Memory<byte> bytes) => Bytes = bytes;

    /// <summary>Wraps a part of pooled memory and takes its ownership.</summary>
    public RecordData(IMemoryOwner<byte> owner, int sizeBytes)
    {
        _owner = owner;
        Bytes = owner.Memory[..sizeBytes];
    }

    /// <summary>Wraps a part of pooled memory that begins somewhere in it, and takes its ownership.</summary>
    public RecordData(IMemoryOwner<byte> owner, int startBytes, int sizeBytes)
    {
        _owner = owner;
        Bytes = owner.Memory.Slice(startBytes, sizeBytes);
    }

    /// <summary>No batches at all.</summary>
    public static RecordData Empty { get; } = new(Memory<byte>.Empty);

    /// <summary>The batches.</summary>
    [Id(0)]
    public Memory<byte> Bytes { get; private set; }

    /// <summary>Gives the memory back to its pool. Calling it again has no effect.</summary>
    public void Dispose()
    {
        IMemoryOwner<byte>? owner = Interlocked.Exchange(ref _owner, null);
        if (owner is not null)
        {
            Bytes = default;
            owner.Dispose();
        }
    }
}
