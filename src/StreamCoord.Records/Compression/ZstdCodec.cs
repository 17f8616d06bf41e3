using ZstdSharp;

namespace StreamCoord.Records.Compression;

/// <summary>Zstandard frames, decompressed at one go, so that no window of the frame's choosing is ever allocated.</summary>
internal static class ZstdCodec
{
    private const int LevelDefault = 3;
    private const int FirstGuessBytes = 64 * 1024;

    // A context is large (100 KiB and more) and bound to one call at a time; every use below begins and ends on one thread.
    [ThreadStatic]
    private static Compressor? _compressor;

    [ThreadStatic]
    private static Decompressor? _decompressor;

    public static void Compress(int? level, ReadOnlySpan<byte> input, PooledBuffer output)
    {
        Compressor compressor = _compressor ??= new Compressor();
        compressor.Level = level ?? LevelDefault;
        int written = compressor.Wrap(input, output.GetSpan(Compressor.GetCompressBound(input.Length)));
        output.Advance(written);
    }

    public static void Decompress(ReadOnlySpan<byte> input, BoundedOutput output)
    {
        Decompressor decompressor = _decompressor ??= new Decompressor();
        long guess = Math.Max(FirstGuessBytes, 4L * input.Length);
        int written;
        while (!decompressor.TryUnwrap(input, output.Reserve(Math.Min(guess, output.FreeBytes)), out written))
        {
            // Streaming writers leave out the content size, so the room is found by doubling.
            if (guess >= output.FreeBytes)
            {
                throw new OutputLimitException();
            }
            guess *= 2;
        }
        output.Advance(written);
    }
}
