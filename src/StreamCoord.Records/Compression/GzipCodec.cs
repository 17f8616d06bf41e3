using System.Buffers;
using System.IO.Compression;

namespace StreamCoord.Records.Compression;

/// <summary>gzip, one or more members.</summary>
internal static class GzipCodec
{
    private const int LevelDefault = 6;

    public static void Compress(int? level, ReadOnlySpan<byte> input, PooledBuffer output)
    {
        using var target = new BufferStream(output);
        using var gzip = new GZipStream(target, new ZLibCompressionOptions { CompressionLevel = level ?? LevelDefault });
        gzip.Write(input);
    }

    public static void Decompress(ReadOnlySpan<byte> input, BoundedOutput output)
    {
        byte[] copy = ArrayPool<byte>.Shared.Rent(input.Length);
        try
        {
            input.CopyTo(copy);
            using var source = new MemoryStream(copy, 0, input.Length, writable: false);
            using var gzip = new GZipStream(source, CompressionMode.Decompress);
            for (int read = gzip.Read(output.GetSpan()); read > 0; read = gzip.Read(output.GetSpan()))
            {
                output.Advance(read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(copy);
        }
    }
}
