using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;

namespace StreamCoord.Gateway.Kafka.Connections;

/// <summary>An answer that is under way. Immutable.</summary>
/// <param name="Response">The answer.</param>
/// <param name="CorrelationId">What the client recognises it by.</param>
/// <param name="Frame">The request, which the answer may refer to.</param>
/// <param name="Throttle">What the request takes of the client's quotas.</param>
internal readonly record struct PendingAnswer(Task<KafkaResponse> Response, int CorrelationId, Frame Frame, RequestThrottle Throttle);
