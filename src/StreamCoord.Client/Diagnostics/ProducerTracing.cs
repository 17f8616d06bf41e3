using System.Diagnostics;
using StreamCoord.Records;

namespace StreamCoord.Client.Diagnostics;

/// <summary>The span of a record that is sent. Stateless.</summary>
internal static class ProducerTracing
{
    /// <summary>Begins the span where somebody listens, and has the record carry its context, or that of the caller. Null when the record's own headers are right as they are.</summary>
    /// <param name="topic">Where it goes.</param>
    /// <param name="record">The record.</param>
    /// <param name="activity">The span, or null; the caller disposes it when the record is taken.</param>
    public static RecordHeader[]? Begin(string topic, in OutgoingRecord record, out Activity? activity)
    {
        activity = ClientTracing.Source.HasListeners() ? ClientTracing.Source.StartActivity($"send {topic}", ActivityKind.Producer) : null;
        activity?.SetTag("messaging.system", "streamcoord").SetTag("messaging.operation.type", "send").SetTag("messaging.destination.name", topic);
        Activity? carried = activity ?? Activity.Current;
        if (carried is not { IdFormat: ActivityIdFormat.W3C, Id: { } id } || ClientTracing.IsCarriedBy(record.Headers.Span))
        {
            return null;
        }
        var parent = new RecordHeader(ClientTracing.TraceParentHeader, ClientTracing.Bytes(id));
        return carried.TraceStateString is { Length: > 0 } state
            ? [.. record.Headers.Span, parent, new RecordHeader(ClientTracing.TraceStateHeader, ClientTracing.Bytes(state))]
            : [.. record.Headers.Span, parent];
    }
}
