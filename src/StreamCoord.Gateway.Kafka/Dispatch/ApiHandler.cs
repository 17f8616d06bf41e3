using StreamCoord.Protocol.Kafka;

namespace StreamCoord.Gateway.Kafka.Dispatch;

/// <summary>A handler whose requests need no order among each other.</summary>
/// <typeparam name="TRequest">The request.</typeparam>
/// <typeparam name="TResponse">The response.</typeparam>
internal abstract class ApiHandler<TRequest, TResponse> : IApiHandler
    where TRequest : IKafkaMessage<TRequest>
    where TResponse : IKafkaMessage<TResponse>
{
    /// <inheritdoc/>
    public short ApiKey => TRequest.ApiKey;

    /// <inheritdoc/>
    public virtual short VersionMin => TRequest.VersionMin;

    /// <inheritdoc/>
    public virtual short VersionMax => TRequest.VersionMax;

    /// <inheritdoc/>
    public bool IsFlexible(short version) => TRequest.IsFlexible(version);

    /// <inheritdoc/>
    public ValueTask<Task<KafkaResponse>> BeginAsync(ReadOnlyMemory<byte> body, KafkaRequestContext context)
    {
        var reader = new KafkaReader(body);
        TRequest request = TRequest.Read(ref reader, context.Version);
        return new(AnswerAsync(request, context));
    }

    /// <summary>Answers a request. It must not throw for what a client may do.</summary>
    protected abstract Task<TResponse> HandleAsync(TRequest request, KafkaRequestContext context);

    private async Task<KafkaResponse> AnswerAsync(TRequest request, KafkaRequestContext context)
    {
        TResponse response = await HandleAsync(request, context);
        return new KafkaResponse(response, context.Version, TResponse.IsFlexible(context.Version), []);
    }
}
