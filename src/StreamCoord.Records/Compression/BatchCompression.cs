using StreamCoord.Records.Compression;

namespace StreamCoord.Records;

/// <summary>Compresses and decompresses the records of batches. Safe for concurrent use; every output is bounded.</summary>
public static class BatchCompression
{
    /// <summary>What a batch may take when decompressed, unless the caller says otherwise: 64 MiB.</summary>
    public const int DecompressedBytesMaxDefault = 64 * 1024 * 1024;

    /// <summary>Adds the compressed form of <paramref name="records"/> to <paramref name="output"/>.</summary>
    /// <param name="codec">The codec; <see cref="CompressionCodec.None"/> copies.</param>
    /// <param name="level">
    /// gzip 1 to 9, lz4 1 to 17, zstd -131072 to 22, null for Kafka's default (gzip 6, lz4 the fast one, zstd 3). Snappy has none.
    /// </param>
    /// <param name="records">Plain bytes.</param>
    /// <param name="output">Where the compressed bytes go, behind what is there.</param>
    public static void Compress(CompressionCodec codec, int? level, ReadOnlySpan<byte> records, PooledBuffer output)
    {
        switch (codec)
        {
            case CompressionCodec.None:
                output.Write(records);
                break;
            case CompressionCodec.Gzip:
                GzipCodec.Compress(level, records, output);
                break;
            case CompressionCodec.Snappy:
                SnappyCodec.Compress(records, output);
                break;
            case CompressionCodec.Lz4:
                Lz4Codec.Compress(level, records, output);
                break;
            case CompressionCodec.Zstd:
                ZstdCodec.Compress(level, records, output);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(codec), codec, "There is no such codec.");
        }
    }

    /// <summary>
    /// Adds the plain form of <paramref name="compressed"/> to <paramref name="output"/>. Never throws for what is in the bytes; on a
    /// problem the output may hold a part. No more memory is taken than about twice the smaller of the limit and the plain form.
    /// </summary>
    /// <param name="codec">The codec; <see cref="CompressionCodec.None"/> copies.</param>
    /// <param name="compressed">The compressed bytes.</param>
    /// <param name="sizeBytesMax">The most bytes of plain form.</param>
    /// <param name="output">Where the plain bytes go, behind what is there.</param>
    public static BatchProblem Decompress(CompressionCodec codec, ReadOnlySpan<byte> compressed, int sizeBytesMax, PooledBuffer output)
    {
        var bounded = new BoundedOutput(output, sizeBytesMax);
        try
        {
            switch (codec)
            {
                case CompressionCodec.None:
                    bounded.Write(compressed);
                    break;
                case CompressionCodec.Gzip:
                    GzipCodec.Decompress(compressed, bounded);
                    break;
                case CompressionCodec.Snappy:
                    SnappyCodec.Decompress(compressed, bounded);
                    break;
                case CompressionCodec.Lz4:
                    Lz4Codec.Decompress(compressed, bounded);
                    break;
                case CompressionCodec.Zstd:
                    ZstdCodec.Decompress(compressed, bounded);
                    break;
                default:
                    return BatchProblem.UnsupportedCodec;
            }
            return BatchProblem.None;
        }
        catch (OutputLimitException)
        {
            return BatchProblem.DecompressedTooLarge;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The decoders report malformed input by exceptions of many types; all of them mean the same here.
            return BatchProblem.BadCompression;
        }
    }
}
