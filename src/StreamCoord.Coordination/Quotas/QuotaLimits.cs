using System.Globalization;
using StreamCoord.ZNodes;

namespace StreamCoord.Coordination.Quotas;

/// <summary>What a quota allows a znode and its descendants together. -1 stands for no limit.</summary>
/// <param name="Count">Soft limit of the number of znodes, the topmost one included.</param>
/// <param name="Bytes">Soft limit of the bytes of data.</param>
/// <param name="HardCount">Hard limit of the number of znodes; when it is set, the soft one is not looked at.</param>
/// <param name="HardBytes">Hard limit of the bytes of data; when it is set, the soft one is not looked at.</param>
public readonly record struct QuotaLimits(
    long Count = QuotaLimits.NoLimit, long Bytes = QuotaLimits.NoLimit, long HardCount = QuotaLimits.NoLimit, long HardBytes = QuotaLimits.NoLimit)
{
    /// <summary>What stands for no limit.</summary>
    public const long NoLimit = -1;

    /// <summary>A quota that limits nothing.</summary>
    public static QuotaLimits None { get; } = new(NoLimit);

    /// <summary>Reads the data of a limits znode. Never fails: what is not a limit of ours, or no number, limits nothing.</summary>
    public static QuotaLimits Parse(ReadOnlySpan<byte> text) => new(
        QuotaText.Find(text, "count"u8), QuotaText.Find(text, "bytes"u8), QuotaText.Find(text, "countHardLimit"u8), QuotaText.Find(text, "byteHardLimit"u8));

    /// <summary>The data of a limits znode, as ZooKeeper's tools write it.</summary>
    public string Format()
    {
        string soft = string.Create(CultureInfo.InvariantCulture, $"count={Count},bytes={Bytes}");
        string hardBytes = HardBytes == NoLimit ? "" : string.Create(CultureInfo.InvariantCulture, $";byteHardLimit={HardBytes}");
        string hardCount = HardCount == NoLimit ? "" : string.Create(CultureInfo.InvariantCulture, $";countHardLimit={HardCount}");

        // Readers of ZooKeeper 3.4 know the two soft limits only; the '=' makes them overlook what follows.
        string separator = hardBytes.Length + hardCount.Length > 0 ? "=" : "";
        return soft + separator + hardBytes + hardCount;
    }

    /// <summary>
    /// Judges a change of the usage. Of each resource that changes, be it to less, the new usage is held against the hard limit, or without one against the
    /// soft one.
    /// </summary>
    /// <param name="path">The znode that has the quota, for the message.</param>
    /// <param name="usage">The usage before the change.</param>
    /// <param name="countDelta">By how many znodes it changes.</param>
    /// <param name="bytesDelta">By how many bytes it changes.</param>
    /// <param name="enforce">Whether a hard limit refuses.</param>
    public QuotaCheck Check(string path, QuotaUsage usage, long countDelta, long bytesDelta, bool enforce)
    {
        QuotaCheck count = Judge(path, "znodes", usage.Count, countDelta, Count, HardCount, enforce);
        if (count.Error != ZNodeError.Ok)
        {
            return count;
        }
        QuotaCheck bytes = Judge(path, "bytes", usage.Bytes, bytesDelta, Bytes, HardBytes, enforce);
        return bytes.Exceeded is null ? count : bytes;
    }

    private static QuotaCheck Judge(string path, string unit, long used, long delta, long soft, long hard, bool enforce)
    {
        bool isHard = hard > NoLimit;
        long limit = isHard ? hard : soft;
        if (delta == 0 || limit <= NoLimit || used + delta <= limit)
        {
            return default;
        }
        return new QuotaCheck(
            isHard && enforce ? ZNodeError.QuotaExceeded : ZNodeError.Ok,
            string.Create(CultureInfo.InvariantCulture, $"The quota of {path} allows {limit} {unit}{(isHard ? "" : " (a soft limit)")}; there would be {used + delta}."));
    }
}
