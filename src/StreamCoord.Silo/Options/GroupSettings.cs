using StreamCoord.Groups;

namespace StreamCoord.Silo.Options;

/// <summary>Reads <see cref="GroupOptions"/>, which say what each of them means; the ranges are theirs.</summary>
internal static class GroupSettings
{
    private const int PartitionsMax = 1_000;
    private const int MembersMax = 1_000_000;

    /// <summary>A text of so many characters fits into a record whatever they are.</summary>
    private const int MetadataMax = 8_000;

    public static GroupOptions Read(SettingsReader settings)
    {
        var defaults = new GroupOptions();
        int sessionTimeoutMsMin = settings.Number("Groups:SessionTimeoutMsMin", defaults.SessionTimeoutMsMin, 1, int.MaxValue);
        int sessionTimeoutMsMax = settings.Number("Groups:SessionTimeoutMsMax", defaults.SessionTimeoutMsMax, 1, int.MaxValue);
        if (sessionTimeoutMsMin > sessionTimeoutMsMax)
        {
            throw SettingsReader.Refuse("Groups:SessionTimeoutMsMin", $"{sessionTimeoutMsMin}", $"it takes no more than Groups:SessionTimeoutMsMax, which is {sessionTimeoutMsMax}");
        }
        Range session = ReadRange(
            settings, "Groups:ConsumerSessionTimeoutMs", defaults.ConsumerSessionTimeoutMs, defaults.ConsumerSessionTimeoutMsMin, defaults.ConsumerSessionTimeoutMsMax);
        Range heartbeat = ReadRange(
            settings, "Groups:ConsumerHeartbeatIntervalMs", defaults.ConsumerHeartbeatIntervalMs, defaults.ConsumerHeartbeatIntervalMsMin, defaults.ConsumerHeartbeatIntervalMsMax);
        if (heartbeat.Value >= session.Value)
        {
            throw SettingsReader.Refuse("Groups:ConsumerHeartbeatIntervalMs", $"{heartbeat.Value}", $"it takes less than Groups:ConsumerSessionTimeoutMs, which is {session.Value}");
        }
        return new GroupOptions
        {
            OffsetsPartitions = settings.Number("Groups:OffsetsPartitions", defaults.OffsetsPartitions, 1, PartitionsMax),
            SessionTimeoutMsMin = sessionTimeoutMsMin,
            SessionTimeoutMsMax = sessionTimeoutMsMax,
            InitialRebalanceDelayMs = settings.Number("Groups:InitialRebalanceDelayMs", defaults.InitialRebalanceDelayMs, 0, int.MaxValue),
            MembersMax = settings.Number("Groups:MembersMax", defaults.MembersMax, 1, MembersMax),
            OffsetMetadataMax = settings.Number("Groups:OffsetMetadataMax", defaults.OffsetMetadataMax, 0, MetadataMax),
            OffsetsRetentionMs = settings.Number("Groups:OffsetsRetentionMs", defaults.OffsetsRetentionMs, 1, long.MaxValue),
            RetentionCheckIntervalMs = settings.Number("Groups:RetentionCheckIntervalMs", defaults.RetentionCheckIntervalMs, 1, int.MaxValue),
            LoadWaitMs = settings.Number("Groups:LoadWaitMs", defaults.LoadWaitMs, 0, int.MaxValue),
            ConsumerSessionTimeoutMs = session.Value,
            ConsumerSessionTimeoutMsMin = session.Min,
            ConsumerSessionTimeoutMsMax = session.Max,
            ConsumerHeartbeatIntervalMs = heartbeat.Value,
            ConsumerHeartbeatIntervalMsMin = heartbeat.Min,
            ConsumerHeartbeatIntervalMsMax = heartbeat.Max,
            ConsumerMembersMax = settings.Number("Groups:ConsumerMembersMax", defaults.ConsumerMembersMax, 1, MembersMax),
            MigrationPolicy = settings.Choice("Groups:MigrationPolicy", defaults.MigrationPolicy),
        };
    }

    private static Range ReadRange(SettingsReader settings, string name, int value, int min, int max)
    {
        var read = new Range(
            settings.Number(name, value, 1, int.MaxValue), settings.Number($"{name}Min", min, 1, int.MaxValue), settings.Number($"{name}Max", max, 1, int.MaxValue));
        return read.Min <= read.Value && read.Value <= read.Max
            ? read
            : throw SettingsReader.Refuse(name, $"{read.Value}", $"it takes a number from {name}Min, which is {read.Min}, to {name}Max, which is {read.Max}");
    }

    private readonly record struct Range(int Value, int Min, int Max);
}
