namespace StreamCoord.Testing.Processes;

/// <summary>Where a silo's process runs.</summary>
/// <param name="Address">The address that it listens at.</param>
/// <param name="Command">What its command begins with, such as one that enters a network namespace and becomes the silo: the process keeps its id.</param>
public sealed record SiloPlace(string Address, IReadOnlyList<string> Command)
{
    /// <summary>On the loopback address, as any other process.</summary>
    public static SiloPlace Loopback { get; } = new("127.0.0.1", []);
}
