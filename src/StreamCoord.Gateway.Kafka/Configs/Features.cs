using StreamCoord.Protocol.Kafka.Messages;

namespace StreamCoord.Gateway.Kafka.Configs;

/// <summary>What the cluster can do beyond its APIs (KIP-584), as clients are told: each feature is served, and in force, up to its level.</summary>
internal static class Features
{
    /// <summary>The version of the set; it never changes while a silo runs.</summary>
    public const long Epoch = 0;

    // By name: the levels that are served, which are those in force.
    private static readonly (string Name, short Level)[] All =
    [
        // Level 1: the consumer groups of KIP-848.
        ("group.version", 1),

        // Level 2: the transactions of KIP-890.
        ("transaction.version", 2),
    ];

    /// <summary>What is served. From level 1 on, because older Java clients cannot read a lowest level of 0.</summary>
    public static IReadOnlyList<ApiVersionsResponse.SupportedFeatureKey> Supported =>
        [.. All.Select(feature => new ApiVersionsResponse.SupportedFeatureKey { Name = feature.Name, MinVersion = 1, MaxVersion = feature.Level })];

    /// <summary>What is in force.</summary>
    public static IReadOnlyList<ApiVersionsResponse.FinalizedFeatureKey> Finalized =>
        [.. All.Select(feature => new ApiVersionsResponse.FinalizedFeatureKey { Name = feature.Name, MinVersionLevel = feature.Level, MaxVersionLevel = feature.Level })];
}
