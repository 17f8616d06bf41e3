using StreamCoord.Gateway.Kafka.Clients;
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

    /// <summary>The client of a request of a version.</summary>
    public static FetchClient Of(FetchRequest request, short version, IAccess access, long bytesMax)
    {
        bool readsFollowers = version >= FirstVersionWithRacks && request.ReplicaId == Consumer && (request.ReplicaState?.ReplicaId ?? Consumer) == Consumer;
        return new FetchClient(access, bytesMax, readsFollowers, readsFollowers ? request.RackId : "");
    }
}
