using StreamCoord.Gateway.Http.Errors;

namespace StreamCoord.Gateway.Http.V2;

/// <summary>The failures that v2 numbers in its own way.</summary>
internal static class V2Errors
{
    private const int TopicNotFoundCode = 40401;

    /// <summary>There is no such topic.</summary>
    public static GatewayError TopicNotFound(string topic) =>
        new(StatusCodes.Status404NotFound, ErrorCode.UnknownTopicOrPartition.WireName(), TopicNotFoundCode, $"Topic '{topic}' not found.");

    /// <summary>There is no such consumer, at least not on this silo.</summary>
    public static GatewayError ConsumerNotFound(string group, string instance) =>
        new(StatusCodes.Status404NotFound, ErrorCode.UnknownMemberId.WireName(), 40403,
            $"Consumer instance '{instance}' of the group '{group}' not found. It was deleted, or was idle for too long, or lives on another silo: its base_uri says on which.");

    /// <summary>The topic has no such partition.</summary>
    public static GatewayError PartitionNotFound(TopicPartition partition) => GatewayErrors.PartitionNotFound($"Partition {partition.Partition} of topic '{partition.Topic}' not found.");

    /// <summary>The group has a consumer of that name.</summary>
    public static GatewayError ConsumerExists(string group, string instance) =>
        Conflict(40902, $"Consumer with specified consumer ID already exists in the specified consumer group: '{instance}' in '{group}'.");

    /// <summary>A consumer cannot do that as it is.</summary>
    public static GatewayError IllegalState(string detail) => Conflict(40903, detail);

    /// <summary>A consumer's configuration that makes no sense.</summary>
    public static GatewayError InvalidConfig(string detail) => Unprocessable(42204, $"Invalid consumer configuration: {detail}");

    /// <summary>Data that are not of the format that the content type promises.</summary>
    public static GatewayError Conversion(string detail) => Unprocessable(42203, $"Conversion of JSON to bytes or back failed: {detail}");

    /// <summary>A failure that a grain reports.</summary>
    public static GatewayError Of(ErrorCode code, string? message) => code switch
    {
        ErrorCode.UnknownTopicOrPartition or ErrorCode.UnknownTopicId => GatewayErrors.Of(code, message) with { ConfluentCode = TopicNotFoundCode },
        ErrorCode.GroupIdNotFound => GatewayErrors.NotFound(message ?? "There is no such group.") with { ConfluentCode = 40405 },
        ErrorCode.IllegalGeneration or ErrorCode.UnknownMemberId or ErrorCode.RebalanceInProgress =>
            GatewayErrors.Unavailable("The group is rebalancing, and this consumer is not a member of its new generation yet. Try again."),
        ErrorCode.InconsistentGroupProtocol => IllegalState(message ?? "The other members of the group do not speak the classic protocol with the assignor 'range'."),
        _ => GatewayErrors.Of(code, message),
    };

    private static GatewayError Conflict(int code, string detail) => new(StatusCodes.Status409Conflict, ErrorCode.InvalidRequest.WireName(), code, detail);

    private static GatewayError Unprocessable(int code, string detail) => new(StatusCodes.Status422UnprocessableEntity, ErrorCode.InvalidRequest.WireName(), code, detail);
}
