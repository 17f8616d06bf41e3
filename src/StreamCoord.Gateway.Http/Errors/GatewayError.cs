namespace StreamCoord.Gateway.Http.Errors;

/// <summary>What a failed request is answered with, in both shapes that the gateway speaks.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">The <c>code</c> of a problem document: <see cref="ErrorCodes.WireName"/>, or a word of the gateway's own.</param>
/// <param name="ConfluentCode">The <c>error_code</c> of Confluent's shape.</param>
/// <param name="Detail">What is wrong and what to do.</param>
internal sealed record GatewayError(int Status, string Code, int ConfluentCode, string Detail)
{
    /// <summary>Further members of the problem document.</summary>
    public IReadOnlyList<(string Name, long Value)> Extensions { get; init; } = [];

    /// <summary>True when the same request may succeed a little later.</summary>
    public bool IsRetriable { get; init; } = Status is StatusCodes.Status503ServiceUnavailable or StatusCodes.Status507InsufficientStorage;

    /// <summary>The codes of the operations of a multi that failed, in their order; null for every other failure.</summary>
    public IReadOnlyList<string>? Results { get; init; }
}
