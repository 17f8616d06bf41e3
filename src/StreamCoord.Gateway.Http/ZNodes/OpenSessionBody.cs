using System.Text.Json;
using StreamCoord.Gateway.Http.Errors;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.Http.ZNodes;

/// <summary>The body of POST /v1/sessions.</summary>
/// <param name="TimeoutMs">After how long without a sign of life the session may end.</param>
internal readonly record struct OpenSessionBody(int TimeoutMs)
{
    /// <summary>What ZooKeeper's clients ask for as a rule.</summary>
    private const int TimeoutMsDefault = 30_000;

    /// <summary>Reads the body; an empty one asks for the default.</summary>
    public static OpenSessionBody Read(ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty)
        {
            return new OpenSessionBody(TimeoutMsDefault);
        }
        try
        {
            var reader = new Utf8JsonReader(json);
            int? timeoutMs = null;
            bool isObject = reader.Read() && reader.TokenType == JsonTokenType.StartObject;
            while (isObject && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                timeoutMs = reader.ValueTextEquals("timeout_ms"u8) && reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int value)
                    ? value
                    : throw Malformed();
            }
            bool isComplete = isObject && reader.TokenType == JsonTokenType.EndObject && !reader.Read();
            return isComplete && timeoutMs is not < 1 ? new OpenSessionBody(timeoutMs ?? TimeoutMsDefault) : throw Malformed();
        }
        catch (JsonException exception)
        {
            throw new RequestException(FailureTranslation.InvalidJson(exception) with { Code = nameof(ZNodeError.MarshallingError) });
        }
    }

    private static RequestException Malformed() => new(ZNodeErrors.BadArguments($$"""The body is {"timeout_ms":{{TimeoutMsDefault}}}, with a whole number from 1 on, or empty."""));
}
