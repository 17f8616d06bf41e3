namespace StreamCoord.Gateway.Http.Description;

/// <summary>What an endpoint reads, for the OpenAPI document.</summary>
/// <param name="ContentTypes">The content types taken.</param>
/// <param name="Description">What the body is.</param>
internal sealed record ApiBody(string[] ContentTypes, string Description);

/// <summary>What an endpoint answers, for the OpenAPI document.</summary>
/// <param name="Status">The HTTP status of success.</param>
/// <param name="ContentType">The content type, or null for no body.</param>
/// <param name="Description">What the answer is.</param>
internal sealed record ApiAnswer(int Status, string? ContentType, string Description);
