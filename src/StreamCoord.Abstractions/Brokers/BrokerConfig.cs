using StreamCoord.Topics;

namespace StreamCoord.Brokers;

/// <summary>One configuration of this broker as admin clients see it. Nobody can change it while the broker runs. Immutable.</summary>
/// <param name="Name">Kafka's name of it.</param>
/// <param name="Type">What its value is.</param>
/// <param name="Value">The value in force.</param>
/// <param name="Default">The value that it has where nobody sets it; null when it always has one of its own.</param>
/// <param name="Documentation">One sentence for people.</param>
public sealed record BrokerConfig(string Name, TopicConfigType Type, string Value, string? Default, string Documentation)
{
    /// <summary>Whether the value is the one that it has where nobody sets it.</summary>
    public bool IsDefault => Value == Default;
}
