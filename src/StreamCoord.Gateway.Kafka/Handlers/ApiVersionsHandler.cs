using StreamCoord.Gateway.Kafka.Configs;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Protocol.Kafka;
using StreamCoord.Protocol.Kafka.Messages;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Tells a client which APIs are served, and in which versions: exactly those of the <see cref="ApiTable"/>; and which features are in force.</summary>
internal sealed class ApiVersionsHandler(Func<ApiTable> apis) : IApiHandler
{
    private const short UnknownVersionAnswer = 0;

    /// <inheritdoc/>
    public short ApiKey => ApiVersionsRequest.ApiKey;

    /// <inheritdoc/>
    public short VersionMin => ApiVersionsRequest.VersionMin;

    /// <inheritdoc/>
    public short VersionMax => ApiVersionsRequest.VersionMax;

    /// <summary>What a request of a version that is not served is answered: the versions, in the oldest layout, which every client reads (KIP-511). Other APIs have no such answer.</summary>
    /// <exception cref="KafkaFormatException">It is a request of another API.</exception>
    public static Task<KafkaResponse> AnswerUnknownVersion(KafkaRequestContext context, ApiTable apis)
    {
        return context.ApiKey == ApiVersionsRequest.ApiKey
            ? Task.FromResult(new KafkaResponse(List(apis, ErrorCode.UnsupportedVersion), UnknownVersionAnswer, hasTags: false, []))
            : throw new KafkaFormatException($"API {context.ApiKey} has no version {context.Version} here.");
    }

    /// <inheritdoc/>
    public bool IsFlexible(short version) => ApiVersionsRequest.IsFlexible(version);

    /// <inheritdoc/>
    public ValueTask<Task<KafkaResponse>> BeginAsync(ReadOnlyMemory<byte> body, KafkaRequestContext context)
    {
        var reader = new KafkaReader(body);
        ApiVersionsRequest request = ApiVersionsRequest.Read(ref reader, context.Version);
        bool isSound = context.Version < 3 || (IsSoftwareWord(request.ClientSoftwareName) && IsSoftwareWord(request.ClientSoftwareVersion));
        ApiVersionsResponse response = isSound ? List(apis(), ErrorCode.None) : new ApiVersionsResponse { ErrorCode = (short)ErrorCode.InvalidRequest };
        // The header has no tags in any version: a client reads it before it knows what the broker is.
        return new(Task.FromResult(new KafkaResponse(response, context.Version, hasTags: false, [])));
    }

    private static ApiVersionsResponse List(ApiTable apis, ErrorCode error) => new()
    {
        ErrorCode = (short)error,
        ApiKeys = [.. apis.All.Select(api => new ApiVersionsResponse.ApiVersion { ApiKey = api.ApiKey, MinVersion = api.VersionMin, MaxVersion = api.VersionMax })],
        SupportedFeatures = Features.Supported,
        FinalizedFeaturesEpoch = Features.Epoch,
        FinalizedFeatures = Features.Finalized,
    };

    // Letters, digits, dots and dashes, the latter two not at the ends (KIP-511).
    private static bool IsSoftwareWord(string text) =>
        text.Length > 0 && char.IsAsciiLetterOrDigit(text[0]) && char.IsAsciiLetterOrDigit(text[^1]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-');
}
