using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace StreamCoord.Cli.Http;

/// <summary>
/// Lines of an input as the body of an import, sent as they are read: nothing is held but a line. Without a separator the bytes go as they are, else each line is split into key and value.
/// </summary>
/// <param name="input">Where the lines come from; the caller disposes it.</param>
/// <param name="keySeparator">What stands between key and value; null for lines that are values.</param>
/// <param name="headers">Headers that every record gets.</param>
/// <param name="progress">Told how many bytes have been read.</param>
internal sealed class LineContent(Stream input, string? keySeparator, IReadOnlyList<KeyValuePair<string, string>> headers, Action<long> progress) : HttpContent
{
    private const int BufferBytes = 64 * 1024;

    /// <summary>Whether each line is an object of JSON in the body.</summary>
    public bool IsJson => keySeparator is not null || headers.Count > 0;

    /// <inheritdoc/>
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context) => await (IsJson ? WriteObjectsAsync(stream) : CopyAsync(stream));

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    private async Task CopyAsync(Stream stream)
    {
        byte[] buffer = new byte[BufferBytes];
        long total = 0;
        int count;
        while ((count = await input.ReadAsync(buffer)) > 0)
        {
            await stream.WriteAsync(buffer.AsMemory(0, count));
            // So that a line that was typed goes at once.
            await stream.FlushAsync();
            progress(total += count);
        }
    }

    private async Task WriteObjectsAsync(Stream stream)
    {
        using var reader = new StreamReader(input, new UTF8Encoding(false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: false, BufferBytes, leaveOpen: true);
        await using var writer = new StreamWriter(stream, new UTF8Encoding(false), BufferBytes, leaveOpen: true);
        var headerObjects = headers.Select(header => (name: header.Key, value: Convert.ToBase64String(Encoding.UTF8.GetBytes(header.Value)))).ToArray();
        long total = 0;
        while (await reader.ReadLineAsync() is { } line)
        {
            int at = keySeparator is null ? -1 : line.IndexOf(keySeparator, StringComparison.Ordinal);
            if (keySeparator is not null && at < 0)
            {
                throw new CliException(ExitCodes.Refused, $"No '{keySeparator}' in the line '{line}': with a key separator each line is a key and a value.");
            }
            var record = new JsonObject { ["value"] = at < 0 ? line : line[(at + keySeparator!.Length)..] };
            if (at >= 0)
            {
                record["key"] = line[..at];
            }
            if (headerObjects.Length > 0)
            {
                record["headers"] = new JsonArray([.. headerObjects.Select(header => new JsonObject { ["name"] = header.name, ["value_base64"] = header.value })]);
            }
            await writer.WriteLineAsync(record.ToJsonString());
            progress(total += line.Length + 1);
        }
    }
}
