using StreamCoord.Topics;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>What a client is answered that changes more of the cluster than its quota allows (KIP-599).</summary>
internal static class Mutations
{
    /// <summary>Why.</summary>
    public const string Message = "The client makes or deletes more partitions than its quota controller_mutation_rate allows. It may try again after the throttle time.";

    /// <summary>The answer about a topic.</summary>
    public static TopicReply Exceeded { get; } = TopicReply.Refused(ErrorCode.ThrottlingQuotaExceeded, Message);
}
