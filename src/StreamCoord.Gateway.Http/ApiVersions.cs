namespace StreamCoord.Gateway.Http;

/// <summary>Which version of Confluent's proxy a path belongs to.</summary>
internal static class ApiVersions
{
    private static readonly string[] V2Roots = ["/topics", "/brokers", "/consumers"];

    /// <summary>Whether it is one of v3.</summary>
    public static bool IsV3(PathString path) => path.StartsWithSegments("/v3", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether it is one of v2, which stands at the root.</summary>
    public static bool IsV2(PathString path) => path == "/" || V2Roots.Any(root => path.StartsWithSegments(root, StringComparison.OrdinalIgnoreCase));
}
