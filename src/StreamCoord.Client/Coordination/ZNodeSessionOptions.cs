using System.Globalization;

namespace StreamCoord.Client;

/// <summary>How a session works. Looked at once, when it is opened.</summary>
public sealed class ZNodeSessionOptions
{
    /// <summary>
    /// Without a sign of life for longer the session ends, and with it its ephemeral znodes. The cluster gives what lies within 2 to 20 of its ticks: 4 to 40 s by default. Milliseconds, 1 or more. Default 10 s, as in kazoo: longer than a
    /// fail-over takes.
    /// </summary>
    public int TimeoutMs { get; set; } = 10_000;

    /// <summary>Who the session is, shown again to each silo that it moves to.</summary>
    public IReadOnlyList<ZNodeCredentials> Credentials { get; set; } = [];

    /// <summary>How many events a <see cref="ZNodeWatch"/> keeps for a reader that is behind, 1 or more: then it fails. Default 10,000.</summary>
    public int WatchEventsMax { get; set; } = 10_000;

    /// <summary>Null for options that will do, else a sentence that names what is wrong and what it takes.</summary>
    internal string? Check() => CheckRange(nameof(TimeoutMs), TimeoutMs) ?? CheckRange(nameof(WatchEventsMax), WatchEventsMax);

    private static string? CheckRange(string name, int value) => value >= 1 ? null : string.Create(CultureInfo.InvariantCulture, $"{name} is {value}. It takes 1 to {int.MaxValue}.");
}
