using System.Text;
using StreamCoord.Records;

namespace StreamCoord.Client;

/// <summary>A record to be sent. Its memory is copied into a batch while the record is sent, and free again when that call returns.</summary>
/// <remarks>An array that is null becomes empty memory where it is assigned to a property of memory, and not null: <see cref="Of(byte[], byte[])"/> keeps null.</remarks>
public readonly record struct OutgoingRecord
{
    /// <summary>The key, or null: records with the same key go to the same partition.</summary>
    public ReadOnlyMemory<byte>? Key { get; init; }

    /// <summary>The value; null is a tombstone, which takes the key's earlier records away where the topic is compacted.</summary>
    public ReadOnlyMemory<byte>? Value { get; init; }

    /// <summary>Headers, in their order; names may repeat.</summary>
    public ReadOnlyMemory<RecordHeader> Headers { get; init; }

    /// <summary>Milliseconds since 1970; null for the time at which the record is sent.</summary>
    public long? TimestampMs { get; init; }

    /// <summary>The partition; null leaves the choice to the producer's partitioner.</summary>
    public int? Partition { get; init; }

    /// <summary>A record of texts, in UTF-8.</summary>
    public static OutgoingRecord Of(string? key, string? value) => new() { Key = Bytes(key), Value = Bytes(value) };

    /// <summary>A record of bytes; an array that is null is a null key or value.</summary>
    public static OutgoingRecord Of(byte[]? key, byte[]? value) => new() { Key = Bytes(key), Value = Bytes(value) };

    /// <summary>A record of bytes.</summary>
    public static OutgoingRecord Of(ReadOnlyMemory<byte>? key, ReadOnlyMemory<byte>? value) => new() { Key = key, Value = value };

    private static ReadOnlyMemory<byte>? Bytes(string? text) => Bytes(text is null ? null : Encoding.UTF8.GetBytes(text));

    private static ReadOnlyMemory<byte>? Bytes(byte[]? array) => array is null ? default(ReadOnlyMemory<byte>?) : new ReadOnlyMemory<byte>(array);
}
