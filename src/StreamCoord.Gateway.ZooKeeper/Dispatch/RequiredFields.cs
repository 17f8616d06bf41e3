using StreamCoord.Protocol.ZooKeeper;

namespace StreamCoord.Gateway.ZooKeeper.Dispatch;

/// <summary>Fields that may be null on the wire and not in an operation. Pure.</summary>
internal static class RequiredFields
{
    /// <summary>The path.</summary>
    /// <exception cref="JuteFormatException">It is null.</exception>
    public static string Required(this string? path) => path ?? throw new JuteFormatException("A path is null.");
}
