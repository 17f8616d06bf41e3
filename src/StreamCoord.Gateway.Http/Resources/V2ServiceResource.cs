using StreamCoord.Brokers;
using StreamCoord.Gateway.Http.V2;

namespace StreamCoord.Gateway.Http.Resources;

/// <summary>/ and /brokers of v2. Safe for concurrent use.</summary>
internal sealed class V2ServiceResource(IBrokers brokers)
{
    public static Task GetRootAsync(HttpContext context) => V2Json.AnswerAsync(context, writer =>
    {
        writer.WriteStartObject();
        writer.WriteEndObject();
    });

    public Task ListBrokersAsync(HttpContext context) => V2Json.AnswerAsync(context, writer =>
    {
        writer.WriteStartObject();
        writer.WriteStartArray("brokers");
        foreach (LiveBroker broker in brokers.Alive)
        {
            writer.WriteNumberValue(broker.NodeId.Value);
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    });
}
