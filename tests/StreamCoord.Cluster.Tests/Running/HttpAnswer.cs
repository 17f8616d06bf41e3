using System.Net;
using System.Text.Json;

namespace StreamCoord.Cluster.Tests.Running;

/// <summary>What a silo has answered.</summary>
internal sealed record HttpAnswer(HttpStatusCode Status, string Body)
{
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;
}
