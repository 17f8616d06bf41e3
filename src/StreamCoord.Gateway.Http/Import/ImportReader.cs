using System.IO.Pipelines;
using StreamCoord.Records;

namespace StreamCoord.Gateway.Http.Import;

/// <summary>
/// Cuts a streamed body into lines. A line ends at LF, which does not belong to it; a CR does; the last line needs no LF; an empty
/// body has no line. Nothing is allocated per line, and no more than one line is held. Used by one import.
/// </summary>
internal sealed class ImportReader(ImportTarget target, IImportLine lines, TimeProvider time) : IDisposable
{
    private const byte LineFeed = (byte)'\n';

    /// <summary>The beginning of a line whose end has not arrived yet.</summary>
    private readonly PooledBuffer _begun = new();

    private bool _hasBegun;

    /// <summary>The number of the line being read, counted from 1.</summary>
    public long LineNumber { get; private set; } = 1;

    /// <summary>Reads to the end.</summary>
    public async Task ReadAsync(PipeReader input, CancellationToken stop)
    {
        while (true)
        {
            ReadResult result = await input.ReadAsync(stop);
            long nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
            try
            {
                foreach (ReadOnlyMemory<byte> segment in result.Buffer)
                {
                    await TakeSegmentAsync(segment, nowMs);
                }
            }
            finally
            {
                // Also after a failure: the web server then reads the rest of the body away, so that the client gets to see the answer.
                input.AdvanceTo(result.Buffer.End);
            }
            if (result.IsCompleted)
            {
                await TakeLastAsync(nowMs);
                return;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _begun.Dispose();

    private async ValueTask TakeSegmentAsync(ReadOnlyMemory<byte> segment, long nowMs)
    {
        int at = 0;
        for (int length = segment.Span.IndexOf(LineFeed); length >= 0; length = segment.Span[at..].IndexOf(LineFeed))
        {
            ReadOnlyMemory<byte> line = segment.Slice(at, length);
            at += length + 1;
            if (_hasBegun)
            {
                Begin(line.Span);
                line = _begun.WrittenMemory;
            }
            await lines.TakeAsync(line, nowMs);
            LineNumber++;
            _begun.Truncate(0);
            _hasBegun = false;
        }
        if (at < segment.Length)
        {
            Begin(segment.Span[at..]);
        }
    }

    private void Begin(ReadOnlySpan<byte> part)
    {
        long length = (long)_begun.WrittenBytes + part.Length;
        if (length > target.LineBytesMax)
        {
            throw new LineException(ImportErrors.TooLong(length, target));
        }
        _begun.Write(part);
        _hasBegun = true;
    }

    private async ValueTask TakeLastAsync(long nowMs)
    {
        if (_hasBegun)
        {
            await lines.TakeAsync(_begun.WrittenMemory, nowMs);
        }
    }
}
