using Microsoft.Net.Http.Headers;
using StreamCoord.Gateway.Http.Errors;

namespace StreamCoord.Gateway.Http.V2;

/// <summary>The content types of v2, and which of them a request brings or wants. Pure.</summary>
internal static class MediaTypes
{
    /// <summary>What holds no records.</summary>
    public const string Plain = "application/vnd.kafka.v2+json";

    /// <summary>Records whose keys and values are base64.</summary>
    public const string Binary = "application/vnd.kafka.binary.v2+json";

    /// <summary>Records whose keys and values are JSON.</summary>
    public const string Json = "application/vnd.kafka.json.v2+json";

    private const string AnyVersion = "application/vnd.kafka+json";
    private const string CommonJson = "application/json";
    private const string Bytes = "application/octet-stream";

    // By preference, where the client has none.
    private static readonly string[] Answers = [Plain, AnyVersion, CommonJson];
    private static readonly string[] NamelessBodies = [AnyVersion, CommonJson, Bytes];

    // Formats that need a schema registry.
    private static readonly string[] SchemaFormats = ["avro", "jsonschema", "protobuf"];

    /// <summary>The content type of an answer without records.</summary>
    /// <exception cref="RequestException">The client accepts none.</exception>
    public static string AnswerTo(HttpRequest request) =>
        Choose(request, Answers) ?? throw new RequestException(GatewayErrors.OfStatus(StatusCodes.Status406NotAcceptable, $"This path answers with {string.Join(", ", Answers)}."));

    /// <summary>The content type of an error, which comes whatever the client accepts.</summary>
    public static string ErrorTo(HttpRequest request) => Choose(request, Answers) ?? Plain;

    /// <summary>The content type of an answer with records.</summary>
    /// <exception cref="RequestException">The client accepts none that its consumer has.</exception>
    public static string RecordsTo(HttpRequest request, EmbeddedFormat format)
    {
        string own = format == EmbeddedFormat.Json ? Json : Binary;
        string[] offered = format == EmbeddedFormat.Binary ? [own, Plain, AnyVersion, CommonJson] : [own];
        string? chosen = Choose(request, offered);
        return chosen ?? throw new RequestException(new GatewayError(StatusCodes.Status406NotAcceptable, "NOT_ACCEPTABLE", 40601,
            $"The requested embedded data format does not match the deserializer for this consumer instance: this one has the format {format.ToString().ToLowerInvariant()}, accept {own}."));
    }

    /// <summary>Refuses a body that is not JSON of v2; a missing content type passes.</summary>
    public static void RequirePlain(HttpRequest request)
    {
        if (request.ContentType is { Length: > 0 } text && TypeOf(text) is var type && type != Plain && !NamelessBodies.Contains(type))
        {
            RequestException.Throw(GatewayErrors.UnsupportedMediaType($"The content type is '{text}'; this path takes {Plain}."));
        }
    }

    /// <summary>The format of the records in a body; base64 where its content type does not say.</summary>
    /// <exception cref="RequestException">It is another one.</exception>
    public static EmbeddedFormat RecordsOf(HttpRequest request)
    {
        string type = request.ContentType is { Length: > 0 } text ? TypeOf(text) : Plain;
        if (type is Json)
        {
            return EmbeddedFormat.Json;
        }
        if (type is Binary or Plain || NamelessBodies.Contains(type))
        {
            return EmbeddedFormat.Binary;
        }
        foreach (string format in SchemaFormats)
        {
            if (type == $"application/vnd.kafka.{format}.v2+json")
            {
                RequestException.Throw(new GatewayError(StatusCodes.Status422UnprocessableEntity, ErrorCode.InvalidRequest.WireName(), 42201,
                    $"Records in the format {format} need a schema, and there is no schema registry here. Use {Binary} or {Json}."));
            }
        }
        throw new RequestException(GatewayErrors.UnsupportedMediaType($"The content type is '{request.ContentType}'; this path takes {Binary} and {Json}."));
    }

    private static string TypeOf(string contentType) => MediaTypeHeaderValue.TryParse(contentType, out MediaTypeHeaderValue? type) ? type.MediaType.ToString().ToLowerInvariant() : contentType;

    /// <summary>The offered type that the client likes best; the first of those that it likes alike. Null when it accepts none.</summary>
    private static string? Choose(HttpRequest request, string[] offered)
    {
        if (request.Headers.Accept.Count == 0 || !MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out IList<MediaTypeHeaderValue>? accepted))
        {
            return offered[0];
        }
        string? best = null;
        double bestQuality = 0;
        foreach (string type in offered)
        {
            double quality = QualityOf(type, accepted);
            if (quality > bestQuality)
            {
                (best, bestQuality) = (type, quality);
            }
        }
        return best;
    }

    // The most specific range that matches decides. 'application/json' is that type alone here, not every one that ends in +json.
    private static double QualityOf(string type, IList<MediaTypeHeaderValue> accepted)
    {
        var offered = new MediaTypeHeaderValue(type);
        MediaTypeHeaderValue? match = accepted.Where(range => Matches(range, offered)).OrderByDescending(Specificity).FirstOrDefault();
        return match is null ? 0 : match.Quality ?? 1;
    }

    private static bool Matches(MediaTypeHeaderValue range, MediaTypeHeaderValue offered) =>
        range.MatchesAllTypes
        || (range.MatchesAllSubTypes && range.Type.Equals(offered.Type, StringComparison.OrdinalIgnoreCase))
        || range.MediaType.Equals(offered.MediaType, StringComparison.OrdinalIgnoreCase);

    private static int Specificity(MediaTypeHeaderValue range) => range.MatchesAllTypes ? 0 : range.MatchesAllSubTypes ? 1 : 2;
}
