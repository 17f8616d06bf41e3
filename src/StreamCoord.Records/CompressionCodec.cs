namespace StreamCoord.Records;

/// <summary>How the records of a batch are compressed; the numbers are those of the batch's attributes.</summary>
public enum CompressionCodec : byte
{
    /// <summary>Not at all.</summary>
    None = 0,

    /// <summary>gzip (RFC 1952).</summary>
    Gzip = 1,

    /// <summary>Snappy, in the framing of Java's xerial library or without any.</summary>
    Snappy = 2,

    /// <summary>LZ4 frames.</summary>
    Lz4 = 3,

    /// <summary>Zstandard frames (RFC 8878).</summary>
    Zstd = 4,
}
