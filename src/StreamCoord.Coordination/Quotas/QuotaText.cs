using System.Globalization;

namespace StreamCoord.Coordination.Quotas;

/// <summary>The text of quota znodes: <c>key=number</c> pairs with commas or semicolons between them.</summary>
internal static class QuotaText
{
    /// <summary>The number behind a key, the last one if it is there repeatedly; -1 when there is none.</summary>
    public static long Find(ReadOnlySpan<byte> text, ReadOnlySpan<byte> key)
    {
        long found = QuotaLimits.NoLimit;
        foreach (Range range in text.SplitAny(",;"u8))
        {
            ReadOnlySpan<byte> pair = text[range];
            if (pair.Length > key.Length && pair.StartsWith(key) && pair[key.Length] == (byte)'=')
            {
                ReadOnlySpan<byte> value = pair[(key.Length + 1)..];
                int end = value.IndexOf((byte)'=');
                value = end < 0 ? value : value[..end];
                found = long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : QuotaLimits.NoLimit;
            }
        }
        return found;
    }
}
