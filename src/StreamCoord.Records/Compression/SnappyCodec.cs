using System.Buffers.Binary;
using Snappier;

namespace StreamCoord.Records.Compression;

/// <summary>
/// Snappy as Kafka's Java client writes it: a 16-byte header of the xerial library, then chunks of a big-endian int32 length and a
/// snappy block. librdkafka sends one bare block; that is read too.
/// </summary>
internal static class SnappyCodec
{
    private const int HeaderSizeBytes = 16;
    private const int ChunkLengthBytes = sizeof(int);
    private const int BlockSizeBytes = 32 * 1024;

    private static ReadOnlySpan<byte> Magic => [0x82, (byte)'S', (byte)'N', (byte)'A', (byte)'P', (byte)'P', (byte)'Y', 0];

    /// <summary>The magic, then the version that wrote it and the oldest that can read it.</summary>
    private static ReadOnlySpan<byte> Header => [0x82, (byte)'S', (byte)'N', (byte)'A', (byte)'P', (byte)'P', (byte)'Y', 0, 0, 0, 0, 1, 0, 0, 0, 1];

    public static void Compress(ReadOnlySpan<byte> input, PooledBuffer output)
    {
        output.Write(Header);
        while (!input.IsEmpty)
        {
            ReadOnlySpan<byte> block = input[..Math.Min(input.Length, BlockSizeBytes)];
            Span<byte> chunk = output.GetSpan(ChunkLengthBytes + Snappy.GetMaxCompressedLength(block.Length));
            int length = Snappy.Compress(block, chunk[ChunkLengthBytes..]);
            BinaryPrimitives.WriteInt32BigEndian(chunk, length);
            output.Advance(ChunkLengthBytes + length);
            input = input[block.Length..];
        }
    }

    public static void Decompress(ReadOnlySpan<byte> input, BoundedOutput output)
    {
        if (!input.StartsWith(Magic))
        {
            DecompressBlock(input, output);
            return;
        }
        input = input[HeaderSizeBytes..];
        while (!input.IsEmpty)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(input);
            DecompressBlock(input.Slice(ChunkLengthBytes, length), output);
            input = input[(ChunkLengthBytes + length)..];
        }
    }

    private static void DecompressBlock(ReadOnlySpan<byte> block, BoundedOutput output)
    {
        Span<byte> plain = output.Reserve((uint)Snappy.GetUncompressedLength(block));
        output.Advance(Snappy.Decompress(block, plain));
    }
}
