namespace StreamCoord.Gateway.Http.Description;

/// <summary>A parameter of an endpoint, for the OpenAPI document.</summary>
/// <param name="Name">Its name.</param>
/// <param name="In">Where it stands: <c>query</c> or <c>header</c>. Parameters in the path are found by themselves.</param>
/// <param name="Description">What it does, its default and range.</param>
internal sealed record ApiParameter(string Name, string In, string Description);
