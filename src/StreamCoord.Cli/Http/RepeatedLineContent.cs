using System.Net;

namespace StreamCoord.Cli.Http;

/// <summary>A line of one length, so many times, as the body of an import.</summary>
/// <param name="count">How many lines.</param>
/// <param name="sizeBytes">How long each is, without its end.</param>
internal sealed class RepeatedLineContent(long count, int sizeBytes) : HttpContent
{
    private const int ChunkBytes = 256 * 1024;

    /// <inheritdoc/>
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        byte[] line = [.. Enumerable.Range(0, sizeBytes).Select(i => (byte)('a' + i % 26)), (byte)'\n'];
        int linesPerChunk = Math.Max(1, ChunkBytes / line.Length);
        byte[] chunk = [.. Enumerable.Repeat(line, linesPerChunk).SelectMany(bytes => bytes)];
        for (long left = count; left > 0; left -= linesPerChunk)
        {
            await stream.WriteAsync(chunk.AsMemory(0, (int)Math.Min(left, linesPerChunk) * line.Length));
        }
    }

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = count * (sizeBytes + 1);
        return true;
    }
}
