using System.Globalization;
using System.Text.RegularExpressions;

namespace StreamCoord.Conformance.Tests.ZooKeeper.Wire;

/// <summary>
/// What two servers may not have alike: zxids become their rank among all that were seen, sessions and passwords the number of their first appearance, times their
/// being there. Not safe for concurrent use.
/// </summary>
internal sealed partial class Mask
{
    private static readonly TimeSpan ClockDifferenceMax = TimeSpan.FromMinutes(10);

    private readonly List<long> _sessions = [];
    private readonly List<string> _passwords = [];
    private long _newestZxid;

    /// <summary>A zxid, for <see cref="Rank"/> to number.</summary>
    public static string Zxid(long zxid) => zxid <= 0 ? zxid.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"z#{zxid}#");

    /// <summary>
    /// What an answer to a read says is the newest transaction: it may be any that nobody has asked for, such as the end of a forgotten session, but never one
    /// before what was seen.
    /// </summary>
    public string Newest(long zxid) => zxid <= 0 ? zxid.ToString(CultureInfo.InvariantCulture) : zxid >= Note(zxid) ? "current" : "behind";

    /// <summary>Notes a zxid that was seen; returns the highest of them.</summary>
    public long Note(long zxid) => _newestZxid = Math.Max(_newestZxid, zxid);

    /// <summary>Numbers the zxids by their order.</summary>
    public static string[] Rank(IReadOnlyList<string> lines)
    {
        long[] zxids = [.. lines.SelectMany(line => Marked().Matches(line)).Select(match => Number(match)).Distinct().Order()];
        return [.. lines.Select(line => Marked().Replace(line, match => string.Create(CultureInfo.InvariantCulture, $"z{Array.BinarySearch(zxids, Number(match))}")))];

        static long Number(Match match) => long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
    }

    /// <summary>Notes a session when its handshake is answered.</summary>
    public string AddSession(long session) => NumberOf(_sessions, session, "session");

    /// <summary>The owner of an ephemeral znode.</summary>
    public string Session(long session) => session == 0 ? "0" : _sessions.Contains(session) ? NumberOf(_sessions, session, "session") : "unknown";

    public string Password(byte[] password) => password.All(b => b == 0) ? "zeros" : NumberOf(_passwords, Convert.ToHexString(password), "password");

    /// <summary>Whether there is a time. One that is far away from now is none.</summary>
    public static string Time(long unixMs)
    {
        TimeSpan difference = TimeProvider.System.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(unixMs);
        return unixMs == 0 ? "0" : difference.Duration() < ClockDifferenceMax ? "now" : string.Create(CultureInfo.InvariantCulture, $"{unixMs}");
    }

    private static string NumberOf<T>(List<T> known, T one, string name)
    {
        if (!known.Contains(one))
        {
            known.Add(one);
        }
        return string.Create(CultureInfo.InvariantCulture, $"{name}{known.IndexOf(one) + 1}");
    }

    [GeneratedRegex("z#([0-9]+)#")]
    private static partial Regex Marked();
}
