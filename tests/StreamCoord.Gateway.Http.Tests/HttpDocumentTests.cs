using System.Globalization;
using System.Text;
using System.Text.Json;
using StreamCoord.Testing;

namespace StreamCoord.Gateway.Http.Tests;

/// <summary>The page of HTTP paths is made from the OpenAPI document, which is made from the routes.</summary>
public sealed class HttpDocumentTests
{
    [Fact]
    public async Task TheDocument_SaysWhatTheRoutesSay()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        JsonElement paths = (await host.GetAsync("/openapi/v1.json")).Json.GetProperty("paths");
        var page = new StringBuilder();
        page.Append("""
            # HTTP

            Made from src/StreamCoord.Gateway.Http/Endpoints.cs; a test holds it. `/openapi/v1.json` of a running silo says the same to machines.

            Paths under /v1 are StreamCoord's own; errors there are problem details (RFC 9457) with a stable `code`. Paths under /v3 follow the Confluent
            REST Proxy, and so do their errors: `{"error_code":…,"message":"…"}`. The silo adds `/health/live`, `/health/ready` and `/metrics`
            ([operating](../operating/README.md)).

            """.ReplaceLineEndings("\n"));
        foreach (JsonProperty path in paths.EnumerateObject())
        {
            foreach (JsonProperty operation in path.Value.EnumerateObject())
            {
                Describe(page, operation.Name.ToUpperInvariant(), path.Name, operation.Value);
            }
        }
        Assert.Null(GeneratedDocument.Compare("docs/protocol/http.md", page.ToString()));
    }

    private static void Describe(StringBuilder page, string method, string path, JsonElement operation)
    {
        page.Append(CultureInfo.InvariantCulture, $"\n## {method} {path}\n\n{operation.GetProperty("summary").GetString()}.\n\n");
        if (operation.TryGetProperty("parameters", out JsonElement parameters))
        {
            foreach (JsonElement parameter in parameters.EnumerateArray().Where(parameter => parameter.GetProperty("in").GetString() != "path"))
            {
                page.Append(CultureInfo.InvariantCulture,
                    $"- `{parameter.GetProperty("name").GetString()}` ({parameter.GetProperty("in").GetString()}): {parameter.GetProperty("description").GetString()}\n");
            }
        }
        if (operation.TryGetProperty("requestBody", out JsonElement body))
        {
            string types = string.Join(" or ", body.GetProperty("content").EnumerateObject().Select(type => $"`{type.Name}`"));
            page.Append(CultureInfo.InvariantCulture, $"- body, {types}: {body.GetProperty("description").GetString()}\n");
        }
        foreach (JsonProperty answer in operation.GetProperty("responses").EnumerateObject().Where(answer => answer.Name.StartsWith('2')))
        {
            page.Append(CultureInfo.InvariantCulture, $"- {answer.Name}: {answer.Value.GetProperty("description").GetString()}\n");
        }
    }
}
