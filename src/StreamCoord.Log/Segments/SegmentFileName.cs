using System.Globalization;

namespace StreamCoord.Log.Segments;

/// <summary>The names of a partition's files: 20 digits of offset and what the file is.</summary>
internal static class SegmentFileName
{
    public const string LogSuffix = ".log";
    public const string IndexSuffix = ".index";
    public const string SnapshotSuffix = ".snapshot";
    public const string AbortedSuffix = ".txnindex";
    public const string CleanedSuffix = ".cleaned";
    public const string DeletedSuffix = ".deleted";

    private const int OffsetDigits = 20;

    public static string Log(Offset baseOffset) => Digits(baseOffset) + LogSuffix;

    public static string Index(Offset baseOffset) => Digits(baseOffset) + IndexSuffix;

    public static string Snapshot(Offset offset) => Digits(offset) + SnapshotSuffix;

    public static string Aborted(Offset baseOffset) => Digits(baseOffset) + AbortedSuffix;

    /// <summary>A log file that is out of use since <paramref name="sinceMs"/> and is removed some time later.</summary>
    public static string Deleted(Offset baseOffset, long sinceMs) =>
        string.Create(CultureInfo.InvariantCulture, $"{Digits(baseOffset)}{LogSuffix}.{sinceMs}{DeletedSuffix}");

    /// <summary>Since when a file named by <see cref="Deleted"/> is out of use; false for other names.</summary>
    public static bool TryParseDeleted(string name, out long sinceMs)
    {
        sinceMs = 0;
        if (!name.EndsWith(DeletedSuffix, StringComparison.Ordinal))
        {
            return false;
        }
        string rest = name[..^DeletedSuffix.Length];
        return long.TryParse(rest.AsSpan(rest.LastIndexOf('.') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out sinceMs);
    }

    /// <summary>The offset in a name of exactly 20 digits and <paramref name="suffix"/>.</summary>
    public static bool TryParse(string name, string suffix, out Offset offset)
    {
        offset = Offset.None;
        if (name.Length != OffsetDigits + suffix.Length || !name.EndsWith(suffix, StringComparison.Ordinal) ||
            !long.TryParse(name.AsSpan(0, OffsetDigits), NumberStyles.None, CultureInfo.InvariantCulture, out long value))
        {
            return false;
        }
        offset = new Offset(value);
        return true;
    }

    private static string Digits(Offset offset) => offset.Value.ToString("D20", CultureInfo.InvariantCulture);
}
