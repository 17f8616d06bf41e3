using System.Globalization;
using StreamCoord.Gateway.ZooKeeper.Connections;
using StreamCoord.Gateway.ZooKeeper.Sessions;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.FourLetterWords;

/// <summary>
/// dump: when sessions end, which znodes end with them, and their connections, which end when they do. Not on the list of words by default: it may be long.
/// </summary>
internal sealed class DumpWord(ICoordination coordination, SessionConnections connections) : IFourLetterWord
{
    /// <inheritdoc/>
    public string Word => "dump";

    /// <inheritdoc/>
    public async Task<string> AnswerAsync()
    {
        IReadOnlyList<SessionDescription> sessions = await coordination.ListSessionsAsync();
        SessionDescription[] owners = [.. sessions.Where(session => session.EphemeralPaths.Count > 0)];
        Dictionary<SessionId, DateTimeOffset> ends = sessions.ToDictionary(session => session.Session, session => session.ExpiresAt);
        return string.Create(CultureInfo.InvariantCulture, $"""
            SessionTracker dump:
            {Sets("Session", sessions.Select(session => (session.ExpiresAt, session.Session.ToString())))}ephemeral nodes dump:
            Sessions with Ephemerals ({owners.Length}):
            {IndentedLists.Write(owners.SelectMany(owner => owner.EphemeralPaths.Select(path => (Owner: owner.Session.ToString(), path))).GroupBy(one => one.Owner, one => one.path), ":")}Connections dump:
            {Sets("Connections", connections.All.Where(one => ends.ContainsKey(one.Key)).Select(one => (ends[one.Key], LineOf(one.Value))))}
            """).ReplaceLineEndings("\n");
    }

    private static string LineOf(ZooKeeperConnection connection) => $"ip: /{connection.Client} sessionId: {connection.Session}";

    /// <summary>What ends, by when it does.</summary>
    private static string Sets(string what, IEnumerable<(DateTimeOffset ExpiresAt, string Line)> ends)
    {
        IGrouping<DateTimeOffset, string>[] sets = [.. ends.GroupBy(end => end.ExpiresAt, end => end.Line).OrderBy(set => set.Key)];
        string lists = string.Concat(sets.Select(set => IndentedLists.Write(set.GroupBy(_ => HeadOf(set)), ":")));
        return string.Create(CultureInfo.InvariantCulture, $"{what} Sets ({sets.Length})/({sets.Sum(set => set.Count())}):\n{lists}");
    }

    private static string HeadOf(IGrouping<DateTimeOffset, string> set) =>
        string.Create(CultureInfo.InvariantCulture, $"{set.Count()} expire at {set.Key.UtcDateTime:ddd MMM dd HH:mm:ss 'UTC' yyyy}");
}
