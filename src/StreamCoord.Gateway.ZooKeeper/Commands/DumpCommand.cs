using System.Globalization;
using System.Text.Json.Nodes;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Commands;

/// <summary>dump: when sessions end, in milliseconds since 1970, and which znodes end with them.</summary>
internal sealed class DumpCommand(ICoordination coordination) : IServerCommand
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Names => ["dump"];

    /// <inheritdoc/>
    public async Task<JsonObject> AnswerAsync()
    {
        IReadOnlyList<SessionDescription> sessions = await coordination.ListSessionsAsync();
        return new JsonObject
        {
            ["expiry_time_to_session_ids"] = JsonLists.Of(sessions
                .OrderBy(session => session.ExpiresAt)
                .GroupBy(session => Text(session.ExpiresAt.ToUnixTimeMilliseconds()), session => session.Session.Value)),
            ["session_id_to_ephemeral_paths"] = JsonLists.Of(sessions
                .SelectMany(session => session.EphemeralPaths.Select(path => (session.Session, Path: path)))
                .GroupBy(owned => Text(owned.Session.Value), owned => owned.Path)),
        };
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
