using System.Buffers.Text;
using System.Text;
using StreamCoord.ZNodes;

namespace StreamCoord.Silo.Options;

/// <summary>Reads <see cref="ZNodeOptions"/>, which say what each of them means; the ranges are theirs.</summary>
internal static class ZNodeSettings
{
    private const int Sha1Bytes = 20;
    private const int MiB = 1_048_576;

    public static ZNodeOptions Read(SettingsReader settings)
    {
        var defaults = new ZNodeOptions();
        return new ZNodeOptions
        {
            TickTimeMs = settings.Number("ZooKeeper:TickTimeMs", defaults.TickTimeMs, 10, 3_600_000),
            ContainerCheckMs = settings.Number("ZooKeeper:ContainerCheckMs", defaults.ContainerCheckMs, 10, int.MaxValue),
            SuperDigest = ReadDigest(settings, "ZooKeeper:SuperDigest"),
            DataBytesMax = settings.Number("ZNodes:DataBytesMax", defaults.DataBytesMax, 1, 64 * MiB),
            MultiOperationsMax = settings.Number("ZNodes:MultiOperationsMax", defaults.MultiOperationsMax, 1, 1_000_000),
            MultiBytesMax = settings.Number("ZNodes:MultiBytesMax", defaults.MultiBytesMax, 1, 256 * MiB),
            EnforceQuota = settings.Flag("ZNodes:EnforceQuota", defaults.EnforceQuota),
            TopicReadable = settings.Flag("ZNodes:TopicReadable", defaults.TopicReadable),
            HistoryMs = settings.Number("ZNodes:HistoryMs", defaults.HistoryMs, 0, long.MaxValue),
            CheckpointBytes = settings.Number("ZNodes:CheckpointBytes", defaults.CheckpointBytes, 65_536, long.MaxValue),
        };
    }

    private static string? ReadDigest(SettingsReader settings, string key)
    {
        const string Accepted = "user:base64(sha1(user:password))";
        string? digest = settings.Text(key, accepted: Accepted);
        if (digest is null)
        {
            return null;
        }
        int colon = digest.IndexOf(':', StringComparison.Ordinal);
        bool isDigest = colon > 0
            && Base64.IsValid(Encoding.UTF8.GetBytes(digest[(colon + 1)..]), out int bytes)
            && bytes == Sha1Bytes;

        // The value is not repeated: somebody may have written the password itself.
        return isDigest ? digest : throw SettingsReader.Refuse(key, "…", $"it takes {Accepted}, such as super:D/InIHSb7yEEbrWz8b9l71RjZJU=");
    }
}
