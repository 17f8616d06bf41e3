using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Protocol.Kafka.Messages;

namespace StreamCoord.Gateway.Kafka.Fetching;

/// <summary>What decides about a client's fetches beside what it asks for. Immutable.</summary>
/// <param name="Access">What it may read.</param>
/// <param name="BytesMax">The most that its quota lets it have at once.</param>
/// <param name="ReadsFollowers">Whether it may be answered by a copy that follows: a consumer that can be told of one (KIP-392).</param>
/// <param name="Rack">Where it says that its machine stands; empty for nowhere.</param>
internal sealed record FetchClient(IAccess Access, long BytesMax, bool ReadsFollowers, string Rack)
{
    private const short FirstVersionWithRacks = 11;
    private const int Consumer = -1;

    /// <summary>The client of a request.</summary>
    public static FetchClient Of(FetchRequest request, KafkaRequestContext context)
    {
        bool readsFollowers = context.Version >= FirstVersionWithRacks && request.ReplicaId == Consumer && (request.ReplicaState?.ReplicaId ?? Consumer) == Consumer;
        return new FetchClient(context.Access, context.Throttle.FetchBytesMax, readsFollowers, readsFollowers ? request.RackId : "");
    }
}
