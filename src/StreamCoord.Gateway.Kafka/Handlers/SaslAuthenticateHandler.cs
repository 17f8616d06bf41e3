using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Protocol.Kafka.Messages;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Takes a token of a client that proves who it is, and answers with the next one (KIP-152). A client that has failed gets its answer late, and then loses its connection.</summary>
internal sealed class SaslAuthenticateHandler : ApiHandler<SaslAuthenticateRequest, SaslAuthenticateResponse>
{
    /// <inheritdoc/>
    protected override async Task<SaslAuthenticateResponse> HandleAsync(SaslAuthenticateRequest request, KafkaRequestContext context)
    {
        SaslOutcome outcome = await context.Client.ProveAsync(request.AuthBytes, context.Stopping);
        return new SaslAuthenticateResponse
        {
            ErrorCode = (short)outcome.Error,
            ErrorMessage = outcome.Message,
            AuthBytes = outcome.Token,
            SessionLifetimeMs = context.Client.Sasl.LifetimeMs,
        };
    }
}
