using System.Globalization;

namespace StreamCoord.Gateway.Http.ZNodes;

/// <summary>
/// Where a watch stream stands. It travels as the event id, <c>0x…:2</c> for the third event that the stream shows of a transaction, <c>0x…:*</c> for all that
/// there are.
/// </summary>
/// <param name="Zxid">The transaction.</param>
/// <param name="Index">From 0; <see cref="All"/> for all events.</param>
internal readonly record struct WatchPosition(Zxid Zxid, int Index)
{
    private const int All = int.MaxValue;

    /// <summary>Behind a transaction.</summary>
    public static WatchPosition After(Zxid zxid) => new(zxid, All);

    /// <summary>The newest transaction of which nothing is missing.</summary>
    public Zxid Complete => Index == All || Zxid == Zxid.Zero ? Zxid : new Zxid(Zxid.Value - 1);

    /// <summary>True when <paramref name="other"/> comes later.</summary>
    public bool IsBefore(WatchPosition other) => Zxid < other.Zxid || (Zxid == other.Zxid && Index < other.Index);

    /// <summary>Reads an event id; null when it is not one.</summary>
    public static WatchPosition? Parse(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || !Zxid.TryParse(text.AsSpan(0, colon), out Zxid zxid) || zxid < Zxid.Zero)
        {
            return null;
        }
        ReadOnlySpan<char> index = text.AsSpan(colon + 1);
        if (index is "*")
        {
            return After(zxid);
        }
        return int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number < All ? new WatchPosition(zxid, number) : null;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Zxid}:{(Index == All ? "*" : Index)}");
}
