using System.Globalization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using StreamCoord.Gateway.Http.V2;

namespace StreamCoord.Gateway.Http.Description;

/// <summary>Fills the OpenAPI document from what the endpoints say about themselves.</summary>
internal static class ApiDescriber
{
    /// <summary>Adds parameters, body and answers to one operation.</summary>
    public static void DescribeOperation(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        IList<object> metadata = context.Description.ActionDescriptor.EndpointMetadata;
        operation.Parameters = [.. PathParameters(context.Description.RelativePath ?? ""), .. metadata.OfType<ApiParameter>().Select(ParameterOf)];
        if (metadata.OfType<ApiBody>().FirstOrDefault() is { } body)
        {
            operation.RequestBody = new OpenApiRequestBody
            {
                Description = body.Description,
                Content = body.ContentTypes.ToDictionary(type => type, _ => new OpenApiMediaType()),
            };
        }
        if (metadata.OfType<ApiAnswer>().FirstOrDefault() is { } answer)
        {
            operation.Responses = Responses(answer, context.Description.RelativePath ?? "");
        }
    }

    /// <summary>Says what the document is about.</summary>
    public static void DescribeDocument(OpenApiDocument document)
    {
        document.Info = new OpenApiInfo
        {
            Title = "StreamCoord",
            Version = "v1",
            Description = "Records, topics and the tree of znodes. /v1 is StreamCoord's own and reports problems as RFC 9457 documents with a 'code'; /v3, and what stands at the root, follow the Confluent REST Proxy.",
        };
    }

    private static IEnumerable<IOpenApiParameter> PathParameters(string path)
    {
        foreach (string segment in path.Split('/').Where(segment => segment.StartsWith('{')))
        {
            yield return new OpenApiParameter
            {
                Name = segment.Trim('{', '}', '*'),
                In = ParameterLocation.Path,
                Required = true,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            };
        }
    }

    private static IOpenApiParameter ParameterOf(ApiParameter parameter) => new OpenApiParameter
    {
        Name = parameter.Name,
        In = parameter.In == "header" ? ParameterLocation.Header : ParameterLocation.Query,
        Description = parameter.Description,
        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
    };

    private static OpenApiResponses Responses(ApiAnswer answer, string path)
    {
        var address = new PathString($"/{path}");
        string errorType = ApiVersions.IsV3(address) ? "application/json" : ApiVersions.IsV2(address) ? MediaTypes.Plain : "application/problem+json";
        return new OpenApiResponses
        {
            [answer.Status.ToString(CultureInfo.InvariantCulture)] = new OpenApiResponse
            {
                Description = answer.Description,
                Content = answer.ContentType is null ? null : new Dictionary<string, OpenApiMediaType> { [answer.ContentType] = new() },
            },
            ["default"] = new OpenApiResponse
            {
                Description = "What went wrong.",
                Content = new Dictionary<string, OpenApiMediaType> { [errorType] = new() },
            },
        };
    }
}
