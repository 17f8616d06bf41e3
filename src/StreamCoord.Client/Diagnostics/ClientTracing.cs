using System.Diagnostics;
using System.Text;
using StreamCoord.Records;

namespace StreamCoord.Client;

/// <summary>
/// Traces of this library: a span for each record that is sent, and one for each that somebody says to process, in the same trace. They are joined by the record header <c>traceparent</c> (W3C Trace Context), which clients in
/// other languages read and write as well.
/// </summary>
public static class ClientTracing
{
    /// <summary>The name of the activity source, for <c>AddSource</c> of OpenTelemetry.</summary>
    public const string SourceName = "StreamCoord.Client";

    /// <summary>The record header that carries the context.</summary>
    public const string TraceParentHeader = "traceparent";

    internal const string TraceStateHeader = "tracestate";

    internal static ActivitySource Source { get; } = new(SourceName);

    /// <summary>Begins the span of a record's processing, as a child of the span in which it was sent. Null when nobody listens. The caller disposes it when the record is processed.</summary>
    public static Activity? StartProcessing(in ConsumedRecord record)
    {
        if (!Source.HasListeners())
        {
            return null;
        }
        ActivityContext.TryParse(record.HeaderText(TraceParentHeader), record.HeaderText(TraceStateHeader), isRemote: true, out ActivityContext parent);
        Activity? activity = Source.StartActivity($"process {record.Partition.Topic}", ActivityKind.Consumer, parent);
        activity?.SetTag("messaging.system", "streamcoord")
            .SetTag("messaging.operation.type", "process")
            .SetTag("messaging.destination.name", record.Partition.Topic)
            .SetTag("messaging.destination.partition.id", record.Partition.Partition)
            .SetTag("messaging.offset", record.Offset.Value);
        return activity;
    }

    internal static ReadOnlyMemory<byte> Bytes(string text) => Encoding.ASCII.GetBytes(text);

    internal static bool IsCarriedBy(ReadOnlySpan<RecordHeader> headers)
    {
        foreach (RecordHeader header in headers)
        {
            if (header.Name == TraceParentHeader)
            {
                return true;
            }
        }
        return false;
    }
}
