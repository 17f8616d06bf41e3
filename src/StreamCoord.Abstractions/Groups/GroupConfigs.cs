using System.Globalization;
using StreamCoord.Topics;

namespace StreamCoord.Groups;

/// <summary>The configurations that groups may set (Kafka's resource type 32). Defaults and ranges come from the options. Immutable.</summary>
public sealed class GroupConfigs
{
#pragma warning disable CS1591 // The documentation of each constant is the sentence in its definition below.
    public const string ConsumerHeartbeatIntervalMs = "consumer.heartbeat.interval.ms";
    public const string ConsumerSessionTimeoutMs = "consumer.session.timeout.ms";
#pragma warning restore CS1591

    /// <summary>Makes the definitions.</summary>
    public GroupConfigs(GroupOptions options)
    {
        All =
        [
            Int(
                ConsumerHeartbeatIntervalMs,
                options.ConsumerHeartbeatIntervalMs,
                options.ConsumerHeartbeatIntervalMsMin,
                options.ConsumerHeartbeatIntervalMsMax,
                "How often members of a consumer group are to show that they live."),
            Int(
                ConsumerSessionTimeoutMs,
                options.ConsumerSessionTimeoutMs,
                options.ConsumerSessionTimeoutMsMin,
                options.ConsumerSessionTimeoutMsMax,
                "How long a member of a consumer group may be silent."),
        ];
    }

    /// <summary>Every configuration, by name in ordinal order.</summary>
    public IReadOnlyList<TopicConfigDefinition> All { get; }

    /// <summary>The value of a group, which is the default where it sets none.</summary>
    public int Value(IReadOnlyDictionary<string, string> configs, string name) =>
        int.Parse(configs.GetValueOrDefault(name) ?? Find(name)!.Default, CultureInfo.InvariantCulture);

    /// <summary>Null when every entry has a known name and a legal value, else a sentence about what has not.</summary>
    public string? Check(IReadOnlyDictionary<string, string> configs)
    {
        foreach ((string name, string value) in configs)
        {
            string? problem = Find(name) is { } definition
                ? definition.Check(value)
                : $"There is no group configuration '{name}'. Known are: {string.Join(", ", All.Select(each => each.Name))}.";
            if (problem is not null)
            {
                return problem;
            }
        }
        return Value(configs, ConsumerHeartbeatIntervalMs) < Value(configs, ConsumerSessionTimeoutMs) ? null : $"{ConsumerHeartbeatIntervalMs} must be less than {ConsumerSessionTimeoutMs}.";
    }

    private TopicConfigDefinition? Find(string name) => All.FirstOrDefault(definition => definition.Name == name);

    private static TopicConfigDefinition Int(string name, int value, int min, int max, string documentation) =>
        new(name, TopicConfigType.Int, value.ToString(CultureInfo.InvariantCulture), min, max, [], documentation);
}
