using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Protocol.Kafka.Messages;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Agrees on how a client proves who it is. After version 0 the tokens come by themselves, after version 1 in requests of <see cref="SaslAuthenticateHandler"/> (KIP-152).</summary>
internal sealed class SaslHandshakeHandler : ApiHandler<SaslHandshakeRequest, SaslHandshakeResponse>
{
    /// <inheritdoc/>
    protected override async Task<SaslHandshakeResponse> HandleAsync(SaslHandshakeRequest request, KafkaRequestContext context) => new()
    {
        ErrorCode = (short)await context.Client.BeginProofAsync(request.Mechanism, hasHeaders: context.Version > 0, context.Stopping),
        Mechanisms = context.Client.Sasl.Mechanisms,
    };
}
