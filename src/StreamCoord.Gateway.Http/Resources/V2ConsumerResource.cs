using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Options;
using StreamCoord.Gateway.Http.Access;
using StreamCoord.Gateway.Http.Consumers;
using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Gateway.Http.Json;
using StreamCoord.Gateway.Http.V2;

namespace StreamCoord.Gateway.Http.Resources;

/// <summary>/consumers/{group} of v2: consumers are created and deleted. Safe for concurrent use.</summary>
internal sealed class V2ConsumerResource(ConsumerInstances instances, IOptions<HttpGatewayOptions> options)
{
    private const int NameLengthMax = 249;
    private const int RequestTimeoutMsLimit = 30_000;

    public async Task CreateAsync(HttpContext context)
    {
        string contentType = MediaTypes.AnswerTo(context.Request);
        string group = GroupOf(context);
        CreateConsumerBody body = await V2Body.TryReadAsync(context, ConsumerJson.Default.CreateConsumerBody) ?? new CreateConsumerBody(null, null, null, null, null, null, null);
        ConsumerConfig config = ConfigOf(context, group, body);
        instances.Create(config);
        string baseUri = $"{context.Request.Scheme}://{options.Value.AdvertisedEndpoint ?? context.Request.Host.ToString()}{context.Request.PathBase}/consumers/{Uri.EscapeDataString(group)}/instances/{Uri.EscapeDataString(config.Name)}";
        await JsonReply.WriteAsync(context, StatusCodes.Status200OK, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("instance_id", config.Name);
            writer.WriteString("base_uri", baseUri);
            writer.WriteEndObject();
        }, contentType);
    }

    public async Task DeleteAsync(HttpContext context)
    {
        await instances.EndAsync(context);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static string GroupOf(HttpContext context)
    {
        string group = RequestParameters.Group(context);
        return group.Length <= NameLengthMax ? group : throw new RequestException(V2Errors.InvalidConfig($"a group's name has at most {NameLengthMax} characters."));
    }

    private ConsumerConfig ConfigOf(HttpContext context, string group, CreateConsumerBody body)
    {
        string name = body.Name ?? body.Id ?? $"rest-consumer-{Guid.NewGuid():N}";
        if (name.Length is 0 or > NameLengthMax || name.Any(c => char.IsControl(c) || c == '/'))
        {
            RequestException.Throw(V2Errors.InvalidConfig($"'name' has 1 to {NameLengthMax} characters, and neither a slash nor control characters among them."));
        }
        RequireNumber("fetch.min.bytes", body.FetchMinBytes, 1, 1, int.MaxValue);
        return new ConsumerConfig(
            group,
            name,
            FormatOf(body.Format),
            ResetOf(body.AutoOffsetReset),
            FlagOf(body.AutoCommitEnable),
            RequireNumber("consumer.request.timeout.ms", body.ConsumerRequestTimeoutMs, options.Value.ConsumerRequestTimeoutMs, 0, RequestTimeoutMsLimit),
            context.Connection.RemoteIpAddress?.ToString() ?? "unknown",
            context.Caller());
    }

    private static EmbeddedFormat FormatOf(string? format) => format?.ToLowerInvariant() switch
    {
        null or "binary" => EmbeddedFormat.Binary,
        "json" => EmbeddedFormat.Json,
        "avro" or "jsonschema" or "protobuf" => throw new RequestException(V2Errors.InvalidConfig($"the format '{format}' needs schemas, and there is no schema registry here. Use binary or json.")),
        _ => throw new RequestException(V2Errors.InvalidConfig($"the format is '{format}': it takes binary or json.")),
    };

    private static OffsetReset ResetOf(string? reset) => reset?.ToLowerInvariant() switch
    {
        null or "latest" => OffsetReset.Latest,
        "earliest" => OffsetReset.Earliest,
        "none" => OffsetReset.None,
        _ => throw new RequestException(V2Errors.InvalidConfig($"auto.offset.reset is '{reset}': it takes earliest, latest or none.")),
    };

    private static bool FlagOf(JsonElement? flag) => flag switch
    {
        null or { ValueKind: JsonValueKind.Null or JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { ValueKind: JsonValueKind.String } text when bool.TryParse(text.GetString(), out bool value) => value,
        _ => throw new RequestException(V2Errors.InvalidConfig("auto.commit.enable takes true or false.")),
    };

    private static int RequireNumber(string name, JsonElement? number, int @default, int min, int max)
    {
        if (number is null or { ValueKind: JsonValueKind.Null })
        {
            return @default;
        }
        string text = number.Value.ToString();
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && value >= min && value <= max
            ? value
            : throw new RequestException(V2Errors.InvalidConfig($"{name} takes a number from {min} to {max}."));
    }
}
