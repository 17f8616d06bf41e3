using System.Globalization;
using StreamCoord.Brokers;
using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Gateway.Http.Json;

namespace StreamCoord.Gateway.Http.Resources;

/// <summary>/v1/brokers/{broker}/drain: takes all partitions away from a broker. Safe for concurrent use.</summary>
internal sealed class DrainResource(IBrokerDrain drain)
{
    public async Task PostAsync(HttpContext context)
    {
        string id = RequestParameters.Route(context, "broker");
        if (!int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out int broker))
        {
            throw new RequestException(GatewayErrors.InvalidRequest($"'{id}' is no broker's number."));
        }
        DrainReply reply = await drain.DrainAsync(new NodeId(broker));
        if (reply.Error != ErrorCode.None)
        {
            throw new RequestException(GatewayErrors.Of(reply.Error, reply.Message));
        }
        await JsonReply.WriteAsync(context, StatusCodes.Status200OK, writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("broker_id", broker);
            writer.WriteNumber("partitions_left", reply.PartitionsLeft);
            writer.WriteEndObject();
        });
    }
}
