namespace StreamCoord.Gateway.Http.V2;

/// <summary>How keys and values stand in the JSON of v2.</summary>
internal enum EmbeddedFormat
{
    /// <summary>As base64.</summary>
    Binary,

    /// <summary>As the JSON that they are.</summary>
    Json,
}
