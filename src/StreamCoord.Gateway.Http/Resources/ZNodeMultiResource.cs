using System.Globalization;
using System.Text.Json;
using StreamCoord.Gateway.Http.Json;
using StreamCoord.Gateway.Http.ZNodes;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.Http.Resources;

/// <summary>POST /v1/znodes:multi: several changes under one zxid, all or none. Safe for concurrent use.</summary>
internal sealed class ZNodeMultiResource(ZNodeRequests requests, ZNodeOptions options)
{
    /// <summary>What an operation takes in the body beside its data: member names, a version, a mode, an access control list.</summary>
    private const int OperationOverheadBytes = 256;

    public async Task PostAsync(HttpContext context)
    {
        long bodyBytesMax = (options.MultiBytesMax / 3L * 4L) + ((long)options.MultiOperationsMax * OperationOverheadBytes);
        byte[] body = await ZNodeBody.ReadAsync(context, Math.Min(bodyBytesMax, Array.MaxLength), string.Create(CultureInfo.InvariantCulture,
            $"A multi's body has at most {bodyBytesMax} bytes, which follows from StreamCoord:ZNodes:{nameof(ZNodeOptions.MultiBytesMax)} and {nameof(ZNodeOptions.MultiOperationsMax)}. Send less at a time."));
        IReadOnlyList<WriteOperation> operations = MultiBody.Read(body, options);
        ZNodeCaller caller = await requests.CallerAsync(context);
        ZNodeReply reply = await requests.SendAsync(context, caller, new MultiOperation(operations));
        await JsonReply.WriteAsync(context, StatusCodes.Status200OK, writer => WriteResults(writer, operations, reply.Results ?? []));
    }

    private static void WriteResults(Utf8JsonWriter writer, IReadOnlyList<WriteOperation> operations, IReadOnlyList<ZNodeReply> results)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("results");
        for (int i = 0; i < results.Count; i++)
        {
            writer.WriteStartObject();
            writer.WriteString("op", MultiBody.WordOf(operations[i]));
            if (results[i].Path is { } path)
            {
                writer.WriteString("path", path);
            }
            ZNodeJson.WriteStat(writer, results[i].Stat);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
