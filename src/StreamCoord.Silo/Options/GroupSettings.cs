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
        };
    }
}
