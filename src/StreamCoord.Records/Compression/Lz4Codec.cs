using K4os.Compression.LZ4;
using K4os.Compression.LZ4.Streams;

namespace StreamCoord.Records.Compression;

/// <summary>LZ4 frames. Written with independent blocks of 64 KiB and without a content size: the Java client reads nothing else.</summary>
internal static class Lz4Codec
{
    private const int BlockSizeBytes = 64 * 1024;
    private const int HighCompressionLevelMin = 3;
    private const int LevelMax = 12;

    public static void Compress(int? level, ReadOnlySpan<byte> input, PooledBuffer output)
    {
        var settings = new LZ4EncoderSettings
        {
            BlockSize = BlockSizeBytes,
            ChainBlocks = false,
            CompressionLevel = level is null or < HighCompressionLevelMin
                ? LZ4Level.L00_FAST
                : (LZ4Level)Math.Min(level.Value, LevelMax),
        };
        LZ4Frame.Encode(input, output, settings);
    }

    public static void Decompress(ReadOnlySpan<byte> input, BoundedOutput output) => LZ4Frame.Decode(input, output);
}
